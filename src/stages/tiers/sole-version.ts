import type { EntryRecord, LiveVersion, VariantRecord, VersionRef } from '../../model/record.ts'

/** What many entries have in common. */
export interface Kind {
  readonly method: string
  readonly group: string
  readonly vary: readonly string[]
}

export const isAlike = (one: Kind, other: Kind): boolean =>
  one.method === other.method && one.group === other.group && one.vary.length === 0 && other.vary.length === 0

/** The entry of a version of which nothing else is said. */
export function entryOf(
  { key, variant, id, digest, size, storedAt, checkedAt }: LiveVersion,
  { method, group, vary }: Kind,
  { url, date }: { url: string; date: number | undefined },
): EntryRecord {
  const ref: VersionRef = { id, digest, size, storedAt, checkedAt, ...(date !== undefined && { date }) }
  return { key, method, url, group, variants: [{ vary, values: variant, versions: [ref] }] }
}

export const isOf = (ref: VersionRef, { id, digest, size, storedAt, checkedAt }: LiveVersion): boolean =>
  ref.id === id && ref.digest === digest && ref.size === size && ref.storedAt === storedAt && ref.checkedAt === checkedAt

/** The one version of an entry of which nothing else is said. */
export function sole(entry: EntryRecord): { variant: VariantRecord; ref: VersionRef } | undefined {
  const { key: _key, method: _method, url: _url, group: _group, variants, ...more } = entry
  const [variant] = variants
  const [ref] = variant?.versions ?? []
  if (variant === undefined || ref === undefined || variants.length > 1 || variant.versions.length > 1) return undefined
  const { id: _id, digest: _digest, size: _size, storedAt: _at, checkedAt: _checked, date: _date, ...said } = ref
  return isSilent(more) && isSilent(said) ? { variant, ref } : undefined
}

/** Also where a later release says what this one does not know of: then it is as it came. */
const isSilent = (more: object): boolean => Object.values(more).every((said) => said === undefined)
