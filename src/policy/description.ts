import type { EntryRecord, Stamp } from '../model/record.ts'
import type { Settings } from '../model/settings.ts'

type Described = Pick<Settings, 'tags' | 'meta'>

/** Whether the entry has all that a call says of it: its tags, its meta. */
export function isDescribed(
  { tags: known = {}, meta: given }: Pick<EntryRecord, 'tags' | 'meta'>,
  { tags, meta }: Described,
): boolean {
  return (
    tags.every((tag) => Object.hasOwn(known, tag)) &&
    (meta === undefined || JSON.stringify(meta) === JSON.stringify(given?.value))
  )
}

/** The same with what a call says of the entry. */
export function described(entry: EntryRecord, { tags, meta }: Described, stamp: Stamp): EntryRecord {
  if (tags.length === 0 && meta === undefined) return entry
  return {
    ...entry,
    ...(tags.length > 0 && { tags: Object.fromEntries(tags.map((tag) => [tag, stamp.at])) }),
    ...(meta !== undefined && { meta: { ...stamp, value: meta } }),
  }
}
