import type { EntryRecord, VersionRecord, VersionRef } from '../../model/record.ts'
import type { Store } from '../../model/store.ts'
import { isVersionRecord } from '../../policy/record-shape.ts'
import { current } from '../../policy/selection.ts'
import { type Decoded, encode, opened } from './codec.ts'

/** Bytes of the largest record that goes along with its entry. Twice in a store is a price, and a trip over the network is one too. */
const MOST = 16 * 1024

/** While the entry says the same of that version: another writer may have renewed the one and not the other. */
export const isOf = (version: VersionRecord, ref: VersionRef): boolean =>
  version.id === ref.id && version.digest === ref.digest && version.checkedAt === ref.checkedAt

interface Candidates {
  /** Is written with the entry now. */
  readonly version: VersionRecord | undefined
  /** Went along with it until now. */
  readonly along: Uint8Array | undefined
}

/**
 * An entry as a store keeps it. In a remote store the record of its current version goes along, so that a hit is one trip and not two. That
 * is a copy: the version stands under its own key as well, and whoever finds none here, or another one, reads it there. Of a body that
 * stands by itself the record goes along.
 */
export function entryValue(store: Store, entry: EntryRecord, candidates: Candidates): Uint8Array {
  const along = store.remote ? carried(entry, candidates) : undefined
  const value = along && encode(entry, along)
  return value !== undefined && value.length <= (store.maxEntryBytes ?? Number.POSITIVE_INFINITY) ? value : encode(entry)
}

function carried(entry: EntryRecord, { version, along }: Candidates): Uint8Array | undefined {
  const ref = current(entry.variants)?.ref
  if (ref === undefined) return undefined
  const record = version !== undefined && isOf(version, ref) ? encode(version) : along
  if (record === undefined || record.length > MOST) return undefined
  return unpacked(record, entry.key, ref)?.name === 'record' ? record : undefined
}

/** The version out of what went along, which the checksum of its entry covers; undefined where it is not the one that is wanted. */
export function unpacked(along: Uint8Array, key: string, ref: VersionRef): Decoded<VersionRecord> | undefined {
  const decoded = opened(along, key, isVersionRecord)
  return decoded.name === 'record' && !isOf(decoded.record, ref) ? undefined : decoded
}
