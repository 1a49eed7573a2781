import type { EntryRecord, VariantRecord, VersionRef } from '../model/record.ts'
import type { Retention } from '../model/settings.ts'
import { current, failedDigests, hasLabel, isOn, isPinned, lastGood } from './selection.ts'

/** What is kept where nobody says otherwise. */
export const DEFAULT_RETENTION: Retention = { keep: 2, keepFor: 0, keepFailed: 3, maxPinned: Number.POSITIVE_INFINITY }

/** Variants that an entry keeps: what varies by a header that differs with each request must not make each of its calls slower. */
export const MOST_VARIANTS = 250

/**
 * The ids of versions that may go: beyond the newest `keep` of their variant and older than `keepFor`; those that were refused beyond
 * `keepFailed`. A count never takes the last good version, the current one, or a pinned one. Of variants that are too many all but the
 * pinned ones: first those confirmed longest ago.
 */
export function removable(entry: EntryRecord, rules: Retention, now: number): string[] {
  const least = Math.min(rules.keep, rules.keepFailed)
  const tooMany = crowdedOut(entry.variants)
  if (tooMany.size === 0 && entry.variants.every(({ versions }) => versions.length <= least)) return []
  const failed = failedDigests(entry.variants)
  return entry.variants.flatMap((variant) => {
    const versions = variant.versions.filter(({ removed }) => removed === undefined).toReversed()
    if (tooMany.has(variant)) return versions.filter((ref) => !isPinned(ref, now)).map(({ id }) => id)
    const isRefused = (ref: VersionRef): boolean => failed.has(ref.digest) || hasLabel(ref, 'unproven')
    const good = versions.filter((ref) => !isRefused(ref)).slice(rules.keep)
    const refused = versions.filter(isRefused).slice(rules.keepFailed)
    // What was stored in a future, by a clock that was set back since, is not kept for that.
    const isOld = ({ storedAt }: VersionRef): boolean => rules.keepFor === 0 || now - storedAt >= rules.keepFor
    const kept = needed(variant)
    return [...good.filter(isOld), ...refused].filter((ref) => !kept.has(ref.id) && !isPinned(ref, now)).map(({ id }) => id)
  })
}

/** The entry as if the versions that are not here had been removed; what was said of their bytes counts all the same. */
export function standingHere(all: EntryRecord, here: ReadonlySet<string>): EntryRecord {
  const away = { at: 0, by: '' }
  const variants = all.variants.map((variant) => ({
    ...variant,
    versions: variant.versions.map((ref) => (here.has(ref.id) || ref.removed !== undefined ? ref : { ...ref, removed: away })),
  }))
  return { ...all, variants }
}

function crowdedOut(variants: readonly VariantRecord[]): ReadonlySet<VariantRecord> {
  if (variants.length <= MOST_VARIANTS) return new Set()
  const confirmed = variants.flatMap((variant) => {
    const last = variant.versions.findLast(({ removed }) => removed === undefined)
    return last === undefined ? [] : [{ variant, last }]
  })
  confirmed.sort(({ last: a }, { last: b }) => b.checkedAt - a.checkedAt || (a.id < b.id ? 1 : -1))
  return new Set(confirmed.slice(MOST_VARIANTS).map(({ variant }) => variant))
}

/** What calls are answered with today, and what they would fall back to. */
function needed(variant: VariantRecord): ReadonlySet<string> {
  return new Set([current([variant]), lastGood([variant])].flatMap((choice) => (choice === undefined ? [] : [choice.ref.id])))
}

/** The ids of versions that are pinned now → until when, epoch ms; Infinity for ever. */
export function pinnedUntil({ variants }: EntryRecord, now: number): Map<string, number> {
  const found = new Map<string, number>()
  for (const { versions } of variants) {
    for (const { id, pins, removed } of versions) {
      if (pins === undefined || removed !== undefined) continue
      const ends = Object.values(pins).flatMap((pin) => (isOn(pin, now) ? [pin.until ?? Number.POSITIVE_INFINITY] : []))
      if (ends.length > 0) found.set(id, Math.max(...ends))
    }
  }
  return found
}

/** Versions of the entry that are pinned now, in the order in which they were. */
export function pinnedVersions({ variants }: EntryRecord, now: number): readonly VersionRef[] {
  const pinned = variants.flatMap(({ versions }) => versions.filter((ref) => ref.removed === undefined && isPinned(ref, now)))
  const since = ({ pins = {} }: VersionRef): number =>
    Math.min(...Object.values(pins).flatMap((pin) => (isOn(pin, now) ? [pin.at] : [])))
  return pinned.sort((a, b) => since(a) - since(b) || (a.id < b.id ? -1 : 1))
}
