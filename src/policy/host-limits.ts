import type { HostLimitRule, HostRules, Limits } from '../model/limits.ts'
import { hostOf } from './host.ts'
import { wrong } from './option-readers.ts'

type Pattern = Pick<HostLimitRule, 'match' | 'pattern' | 'port' | 'rank'>

/** A name without a star says all of it; it counts more than the longest glob. */
const EXACT = 1_000

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
    pattern: new RegExp(`^${spelled.replace(/[.[\]:+?^$(){}|\\-]/g, '\\$&').replace(/\*+/g, '.*')}$`),
    port: isBare ? undefined : port,
    rank: (spelled.includes('*') ? 0 : EXACT) + 2 * spelled.replaceAll('*', '').length + (port === undefined || isBare ? 0 : 1),
  }
}

/** The most specific that is for this host; of equals, the first. What hosts share is named as its rule is. */
function ruleFor(host: string, rules: readonly HostLimitRule[]): HostLimitRule | undefined {
  const colon = host.lastIndexOf(':')
  const [name, port] = [host.slice(0, colon), host.slice(colon + 1)]
  let best: HostLimitRule | undefined
  for (const rule of rules) {
    if (rule.share === 'pattern' && rule.match === host) return rule
    if (rule.port !== undefined && rule.port !== port) continue
    if ((best === undefined || rule.rank > best.rank) && rule.pattern.test(name)) best = rule
  }
  return best
}

/** What holds for a host (name and port), and under which name it is counted. */
export function rulesFor(host: string, { hosts, concurrency }: Limits): HostRules {
  const rule = ruleFor(host, hosts)
  return {
    bucket: rule?.share === 'pattern' ? rule.match : host,
    concurrency: rule?.concurrency ?? concurrency,
    pace: rule?.pace,
    quota: rule?.quota,
    robots: rule?.robots ?? false,
  }
}
