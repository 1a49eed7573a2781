import type { HostLimitRule, HostRules, HostTable, Limits } from '../model/limits.ts'
import { hostOf } from './host.ts'
import { wrong } from './option-readers.ts'

type Pattern = Pick<HostLimitRule, 'match' | 'name' | 'port' | 'rank'>

/**
 * A host name, or a glob in which `*` stands for any run of characters, with `:port` where that matters; in the one spelling that hosts
 * have in URLs (lower case, punycode, no dot at the end).
 *
 * @throws TypeError for what is no host.
 */
export function hostPattern(match: string, path: string): Pattern {
  const [, name = '', port] = /^(.*?)(?::(\d{1,5}))?$/s.exec(match.trim()) ?? []
  // A lone IPv6 address has colons of its own, and the last of them would be taken for a port's.
  const isBare = name.includes(':') && !name.startsWith('[')
  const url = URL.parse(`http://${isBare ? `[${match.trim()}]` : name}/`)
  if (url === null || name === '' || /[/?#@\\]/.test(match))
    throw wrong(path, match, "Give a host name or a glob, for instance 'api.example.org', '*.example.org' or 'localhost:8080'.")
  const spelled = hostOf(url).replace(/:80$/, '')
  return {
    match,
    name: spelled.includes('*') ? globOf(spelled) : spelled,
    port: isBare ? undefined : port,
    rank: 2 * spelled.replaceAll('*', '').length + (port === undefined || isBare ? 0 : 1),
  }
}

const globOf = (spelled: string): RegExp =>
  new RegExp(`^${spelled.replace(/[.[\]:+?^$(){}|\\-]/g, '\\$&').replace(/\*+/g, '.*')}$`)

/** Looks names up, and goes through the globs alone: each call asks several times, and a crawler may have thousands of names. */
export function hostTable(rules: readonly HostLimitRule[]): HostTable {
  const named = Map.groupBy(rules, ({ name }) => name)
  const globs = rules.filter(({ name }) => name instanceof RegExp)
  const shared = Map.groupBy(rules, ({ share, match }) => (share === 'pattern' ? match : undefined))

  return {
    ruleFor(host) {
      const colon = host.lastIndexOf(':')
      const [name, port] = [host.slice(0, colon), host.slice(colon + 1)]
      const isFor = (rule: HostLimitRule): boolean =>
        (rule.port === undefined || rule.port === port) && (!(rule.name instanceof RegExp) || rule.name.test(name))
      // What hosts share is named as its rule is. A name without a star says more than the longest glob.
      return shared.get(host)?.[0] ?? highest(named.get(name)?.filter(isFor)) ?? highest(globs.filter(isFor))
    },
  }
}

/** Of equals, the first. */
function highest(rules: readonly HostLimitRule[] = []): HostLimitRule | undefined {
  return rules.reduce<HostLimitRule | undefined>((best, rule) => (best && best.rank >= rule.rank ? best : rule), undefined)
}

/** What holds for a host (name and port), and under which name it is counted. */
export function rulesFor(host: string, { hosts, concurrency }: Limits): HostRules {
  const rule = hosts.ruleFor(host)
  return {
    bucket: rule?.share === 'pattern' ? rule.match : host,
    concurrency: rule?.concurrency ?? concurrency,
    pace: rule?.pace,
    quota: rule?.quota,
    robots: rule?.robots ?? false,
  }
}
