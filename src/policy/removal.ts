import type { EntryRecord, Stamp, VariantRecord, VersionRef } from '../model/record.ts'
import { newestId } from './selection.ts'

/** Removed versions that a variant remembers: that they were removed, and what was said of their bytes. */
const REMEMBERED = 50

/** An entry that says nothing but that it was deleted, or that nothing was to be had. */
export function isBare({ variants, policy, tags, meta }: EntryRecord): boolean {
  return variants.length === 0 && policy === undefined && tags === undefined && meta === undefined
}

/** The same entry without the removed versions that are longest gone: a log that only grows would be slower with each download. */
export function remembered(entry: EntryRecord): EntryRecord {
  const isLong = ({ versions }: VariantRecord): boolean =>
    versions.length > REMEMBERED && versions.filter(({ removed }) => removed !== undefined).length > REMEMBERED
  if (!entry.variants.some(isLong)) return entry
  return { ...entry, variants: entry.variants.map((variant) => (isLong(variant) ? shortened(variant) : variant)) }
}

function shortened(variant: VariantRecord): VariantRecord {
  const gone = variant.versions.filter(({ removed }) => removed !== undefined)
  const forgotten = new Set(gone.slice(0, -REMEMBERED))
  return { ...variant, versions: variant.versions.filter((ref) => !forgotten.has(ref)) }
}

/** The ids of versions whose records go, once `said` has been written over what was known. */
export function goneWith(known: EntryRecord | undefined, said: EntryRecord): string[] {
  const removed = said.variants.flatMap(({ versions }) => versions.flatMap((ref) => (ref.removed === undefined ? [] : [ref.id])))
  const { removed: whole } = said
  if (whole === undefined) return removed
  const all = known?.variants.flatMap(({ versions }) => versions.map(({ id }) => id)) ?? []
  return [...new Set([...removed, ...all.filter((id) => id <= whole.upTo)])]
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

/** What is said when an entry is deleted: of all that is known of it now, nothing counts any more. */
export function withoutAll(entry: EntryRecord, stamp: Stamp): EntryRecord {
  const { key, method, url, group } = entry
  return { key, method, url, group, variants: [], removed: { ...stamp, upTo: newestId(entry) ?? '' } }
}
