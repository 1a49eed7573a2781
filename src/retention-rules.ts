import type { CallBasis } from './fetch-call.ts'
import type { EntryRecord } from './model/record.ts'
import type { Retention } from './model/settings.ts'
import { overlaySpecific } from './policy/precedence.ts'
import { ruleFor } from './rule.ts'

/** What an instance keeps of an entry: what its first matching rule says, and else the instance. */
export function retentionBy({ settings, rules }: CallBasis): (entry: EntryRecord) => Retention {
  if (rules.length === 0) return () => settings.versions
  return ({ url, method }) => {
    const rule = ruleFor(rules, url, () => new Request(url, { method }))
    return rule === undefined ? settings.versions : overlaySpecific(settings, rule).versions
  }
}
