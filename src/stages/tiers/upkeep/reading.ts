import type { EntryRecord, UseRecord, VersionRecord } from '../../../model/record.ts'
import { merge } from '../../../policy/merge.ts'
import { isEntryRecord, isUseRecord, isVersionRecord, type Shape } from '../../../policy/record-shape.ts'
import { current } from '../../../policy/selection.ts'
import { unpacked } from '../carried.ts'
import { alongside, type Decoded, decode } from '../codec.ts'
import type { Tier } from '../tier.ts'
import type { Place } from './cursor.ts'
import type { UpkeepRooms } from './rooms.ts'

/** What stands where an entry should: 'foreign' is of another format, and nobody's to judge. */
export type Reading = EntryRecord | 'foreign' | undefined

/** Entries of one tier, as they are. No use: who is only looked over keeps the place in the order of use. Rejects where the store fails. */
export async function readEntries(tier: Tier, where: readonly Place[]): Promise<Reading[]> {
  const { shelf } = tier
  if (shelf !== undefined) return where.map(({ key }) => (key === undefined ? undefined : shelf.lookEntry(key)))
  const values = await looked(
    tier,
    where.map(({ hash }) => `h1:e:${hash}`),
  )
  return where.map(({ hash }, index) => ofFormat(decodedOf(values[index], hash, isEntryRecord)))
}

/** The same, with what waits in hand until the tier takes it. */
export async function readAll(tier: Tier, where: readonly Place[]): Promise<Reading[]> {
  const stored = await readEntries(tier, where)
  return where.map(({ key = '' }, index) => {
    const there = stored[index]
    return there === 'foreign' ? there : united(tier.owed.of(there?.key ?? key)?.entry, there)
  })
}

/** Names of versions: the hash of their entry's key, and their id. */
export interface VersionName {
  readonly hash: string
  readonly id: string
}

/** Records of versions, from a store. */
export async function readVersions(
  tier: Tier,
  names: readonly VersionName[],
): Promise<(VersionRecord | 'foreign' | undefined)[]> {
  const values = await looked(
    tier,
    names.map(({ hash, id }) => `h1:v:${hash}:${id}`),
  )
  return names.map(({ hash }, index) => ofFormat(decodedOf(values[index], hash, isVersionRecord)))
}

/** The copy that goes along with its entry (carried.ts): a store that makes room by itself may have given up the record, and not that. */
export async function readAlong(tier: Tier, { hash, id }: VersionName): Promise<VersionRecord | undefined> {
  if (!tier.store.remote) return undefined
  const [bytes] = await looked(tier, [`h1:e:${hash}`])
  const entry = decodedOf(bytes, hash, isEntryRecord)
  if (bytes === undefined || entry?.name !== 'record') return undefined
  const ref = current(entry.record.variants)?.ref
  const along = alongside(bytes)
  const version = along && ref?.id === id ? unpacked(along, entry.record.key, ref) : undefined
  return version?.name === 'record' ? version.record : undefined
}

export async function readUses(tier: Tier, where: readonly Place[]): Promise<(UseRecord | undefined)[]> {
  if (tier.shelf !== undefined) return []
  const values = await looked(
    tier,
    where.map(({ hash }) => `h1:s:${hash}`),
  )
  return where.map(({ hash }, index) => {
    const decoded = decodedOf(values[index], hash, isUseRecord)
    return decoded?.name === 'record' ? decoded.record : undefined
  })
}

async function looked({ store }: Tier, keys: string[]): Promise<(Uint8Array | undefined)[]> {
  return keys.length === 0 ? [] : store.getMany(keys, { recency: 'keep' })
}

function decodedOf<T extends EntryRecord | UseRecord | VersionRecord>(
  bytes: Uint8Array | undefined,
  hash: string,
  isOfKind: Shape<T>,
): Decoded<T> | undefined {
  if (bytes === undefined) return undefined
  // What a sealed store cannot open is none of ours to judge: with the right key again it is what it was.
  return bytes.length === 0 ? { name: 'foreign' } : decode(bytes, { hash }, isOfKind)
}

function ofFormat<T>(decoded: Decoded<T> | undefined): T | 'foreign' | undefined {
  if (decoded === undefined || decoded.name === 'damaged') return undefined
  return decoded.name === 'foreign' ? 'foreign' : decoded.record
}

/** What the other tiers know of the same entries. One that fails knows nothing now; the guard has told of it. */
export async function elsewhere(
  { tiers }: UpkeepRooms,
  tier: Tier,
  where: readonly Place[],
): Promise<(EntryRecord | undefined)[]> {
  const known: (EntryRecord | undefined)[] = where.map(() => undefined)
  // Live tiers last: they are asked by key, which the others may know.
  const others = tiers.nearestFirst.filter((other) => other !== tier)
  for (const other of others.toSorted((a, b) => Number(a.shelf !== undefined) - Number(b.shelf !== undefined))) {
    const named = where.map((place, index) => ({ ...place, key: place.key ?? known[index]?.key }))
    const seen = await readEntries(other, named).catch((): Reading[] => [])
    for (const [index, entry] of seen.entries()) known[index] = united(known[index], entry)
  }
  return known
}

export function united(known: EntryRecord | undefined, seen: Reading): EntryRecord | undefined {
  if (seen === undefined || seen === 'foreign') return known
  return known === undefined ? seen : merge(known, seen)
}
