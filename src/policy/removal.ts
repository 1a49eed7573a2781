import type { EntryRecord, RemovalRecord, Stamp, VariantRecord, VersionRef } from '../model/record.ts'
import type { Retention } from '../model/settings.ts'
import { merge } from './merge.ts'
import { MOST_VARIANTS, pinnedVersions, removable, standingHere } from './retention.ts'
import { newestId, refsOf } from './selection.ts'

/** Removed versions that a variant remembers: that they were removed, and what was said of their bytes. */
const REMEMBERED = 50

/** An entry that says nothing but that it was deleted, or that nothing was to be had. */
export function isBare({ variants, policy, tags, meta }: EntryRecord): boolean {
  return variants.length === 0 && policy === undefined && tags === undefined && meta === undefined
}

/**
 * The same entry without the tombstones that are oldest, and where it has many variants, without those that have been gone for longest: a
 * record that only grows would be slower with each download.
 */
export function remembered(known: EntryRecord): EntryRecord {
  const entry = known.variants.length > MOST_VARIANTS ? { ...known, variants: withoutLongGone(known.variants) } : known
  const isLong = ({ versions }: VariantRecord): boolean =>
    versions.length > REMEMBERED && versions.filter(({ removed }) => removed !== undefined).length > REMEMBERED
  if (!entry.variants.some(isLong)) return entry
  return { ...entry, variants: entry.variants.map((variant) => (isLong(variant) ? shortened(variant) : variant)) }
}

function withoutLongGone(variants: readonly VariantRecord[]): VariantRecord[] {
  const goneAt = ({ versions }: VariantRecord): number =>
    Math.max(...versions.map(({ removed }) => removed?.at ?? Number.POSITIVE_INFINITY))
  const gone = variants.filter((variant) => Number.isFinite(goneAt(variant))).sort((a, b) => goneAt(a) - goneAt(b))
  const forgotten = new Set(gone.toSpliced(-REMEMBERED))
  return variants.filter((variant) => !forgotten.has(variant))
}

function shortened(variant: VariantRecord): VariantRecord {
  const gone = variant.versions.filter(({ removed }) => removed !== undefined)
  const forgotten = new Set(gone.slice(0, -REMEMBERED))
  return { ...variant, versions: variant.versions.filter((ref) => !forgotten.has(ref)) }
}

/** What is said, but for the removal of what has been pinned since: a pin is a promise. */
export function sparingPinned(known: EntryRecord | undefined, said: EntryRecord, now: number): EntryRecord {
  if (known === undefined) return said
  const pinned = new Set(pinnedVersions(known, now).map(({ id }) => id))
  const isSpared = (ref: VersionRef): boolean => ref.removed !== undefined && pinned.has(ref.id)
  if (!said.variants.some(({ versions }) => versions.some(isSpared))) return said
  const variants = said.variants.map((variant) => ({ ...variant, versions: variant.versions.filter((ref) => !isSpared(ref)) }))
  return { ...said, variants }
}

/** The ids of versions whose records go, where an entry that was `known` becomes `merged`. */
export function goneWith(known: EntryRecord | undefined, merged: EntryRecord): string[] {
  if (known === undefined && !merged.variants.some(({ versions }) => versions.some(({ removed }) => removed !== undefined)))
    return []
  const there = new Set(idsOf(known))
  const left = new Set(idsOf(merged))
  const removed = merged.variants.flatMap(({ versions }) =>
    versions.filter((ref) => ref.removed !== undefined).map(({ id }) => id),
  )
  // A version that came with the removal of others may be removed itself: its record was just written.
  return [
    ...new Set([
      ...[...there].filter((id) => !left.has(id)),
      ...(known === undefined ? removed : removed.filter((id) => there.has(id))),
    ]),
  ]
}

/** What may go of one copy of an entry (retention.ts), by what is known of it elsewhere: a pin or a label may stand there alone. */
export function removableHere(
  entry: EntryRecord,
  known: EntryRecord | undefined,
  by: { rules: Retention; now: number },
): string[] {
  const ids = removable(entry, by.rules, by.now)
  if (known === undefined || ids.length === 0) return ids
  return removable(standingHere(merge(entry, known), new Set(idsOf(entry))), by.rules, by.now)
}

/** The ids of its versions that are not removed. */
export function idsOf(entry: EntryRecord | undefined): string[] {
  return refsOf(entry).flatMap(({ id, removed }) => (removed === undefined ? [id] : []))
}

/** What an entry says when these of its versions are removed. */
export function withoutVersions(entry: EntryRecord, ids: ReadonlySet<string>, stamp: Stamp): EntryRecord {
  const gone = (ref: VersionRef): VersionRef => ({ ...ref, removed: stamp })
  const variants = entry.variants
    .map((variant) => ({ ...variant, versions: variant.versions.filter(({ id }) => ids.has(id)).map(gone) }))
    .filter(({ versions }) => versions.length > 0)
  const { key, method, url, group } = entry
  return { key, method, url, group, variants }
}

/**
 * Whether another process has deleted the entry since this was asked for (epoch ms). A time that is still to come is no word of its: a clock
 * was set back, and all that is asked for until then would be lost.
 */
export function isDeletedSince(
  removed: RemovalRecord | undefined,
  askedAt: number,
  { now, by }: { now: number; by: string },
): boolean {
  return removed !== undefined && removed.by !== by && removed.at >= askedAt && Math.floor(removed.at) <= now
}

/** What is said where one version came too late: what has come after it stays. Undefined where it is not there. */
export function withoutLate(entry: EntryRecord, late: string, stamp: Stamp): EntryRecord | undefined {
  const there = idsOf(entry)
  if (!there.includes(late)) return undefined
  return there.length > 1 ? withoutVersions(entry, new Set([late]), stamp) : withoutAll(entry, stamp)
}

/** The same word, where it deletes what is there now. */
export function upToNow(word: EntryRecord, there: EntryRecord | undefined): EntryRecord {
  const { removed } = word
  const newest = newestId(there) ?? ''
  return removed === undefined || newest <= removed.upTo ? word : { ...word, removed: { ...removed, upTo: newest } }
}

/** What is said when an entry is deleted: of all that is known of it now, nothing counts any more. */
export function withoutAll(entry: EntryRecord, stamp: Stamp): EntryRecord {
  const { key, method, url, group } = entry
  return { key, method, url, group, variants: [], removed: { ...afterAll(stamp, entry), upTo: newestId(entry) ?? '' } }
}

/**
 * The same stamp, later than all that is known to have been said of the entry itself: what comes after it counts, also where the clock was
 * set back since, or the one of another process is ahead.
 */
export function afterAll(stamp: Stamp, known: Partial<EntryRecord> | undefined): Stamp {
  const { policy, meta, removed, failures = [], tags = {} } = known ?? {}
  const said = [policy, meta, removed, ...failures].map((one) => one?.at ?? 0)
  const last = Math.max(...said, ...Object.values(tags))
  return stamp.at > last ? stamp : { ...stamp, at: last + 0.001 }
}
