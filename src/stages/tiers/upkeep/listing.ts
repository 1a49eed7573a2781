import type { EntryRecord } from '../../../model/record.ts'
import { sha256 } from '../../../policy/cache-key.ts'
import { isBare } from '../../../policy/removal.ts'
import type { Tier } from '../tier.ts'
import { type Cursor, cursorsOf, type Place } from './cursor.ts'
import { inOrder } from './in-order.ts'
import { SLICE, slices } from './pace.ts'
import { readAll, readUses, readVersions, united } from './reading.ts'
import type { UpkeepRooms } from './rooms.ts'

/** What is told of a stored entry. */
export interface EntryInfo {
  /** What sets it apart from all others, as events say it; the list goes on from here as `after`. */
  key: string
  method: string
  url: string
  group: string
  tags: readonly string[]
  /** As it was given, if any was. */
  meta?: unknown
  /** How many are stored, of all variants. */
  versions: number
  /** Of their bodies. */
  bytes: number
  lastRequestedAt: Date
}

/** An entry as all tiers know it. */
export interface Known {
  readonly hash: string
  readonly entry: EntryRecord
}

/**
 * All entries of all tiers, in order of the hashes of their keys, by the hundred: the tiers' own listings, merged. `failed` is told of a
 * tier that cannot be listed, and may throw; else the others go on without it. What is only being written, and stands nowhere else, is waited for.
 */
export async function* everyEntry(
  { tiers, pace }: UpkeepRooms,
  { failed: fails }: { failed: (error: unknown) => void },
): AsyncGenerator<Known[]> {
  const rows = tiers.nearestFirst.flatMap((tier) => cursorsOf(tier, pace).map((cursor) => ({ tier, cursor })))
  const failed = (error: unknown): void => {
    if (pace.isOver) throw error
    fails(error)
  }
  const step = async ({ cursor }: Row): Promise<void> => {
    await cursor.advance().catch((error: unknown) => {
      cursor.head = undefined
      failed(error)
    })
  }
  await tiers.saving.allWritten()
  try {
    await Promise.all(rows.map(step))
    for (;;) {
      const slice = await nextSlice(rows, step)
      if (slice.size === 0) return
      yield await merged(slice, failed)
      await pace.round()
    }
  } finally {
    await Promise.all(rows.map(({ cursor }) => cursor.leave()))
  }
}

type Row = { readonly tier: Tier; readonly cursor: Cursor<Place> }
/** Hash → which tiers have it, and where. */
type Slice = Map<string, { readonly tier: Tier; readonly place: Place }[]>

async function nextSlice(rows: readonly Row[], step: (row: Row) => Promise<void>): Promise<Slice> {
  const slice: Slice = new Map()
  while (slice.size < SLICE) {
    const heads = rows.flatMap(({ cursor: { head } }) => (head === undefined ? [] : [head.hash]))
    const [first, ...others] = heads
    if (first === undefined) break
    const hash = others.reduce((least, other) => (other < least ? other : least), first)
    const found: { tier: Tier; place: Place }[] = []
    for (const row of rows) {
      const { head } = row.cursor
      if (head?.hash !== hash) continue
      found.push({ tier: row.tier, place: head })
      // A live tier may name one twice that was put out and came again meanwhile.
      while (row.cursor.head?.hash === hash) await step(row)
    }
    slice.set(hash, found)
  }
  return slice
}

async function merged(slice: Slice, failed: (error: unknown) => void): Promise<Known[]> {
  const known = new Map<string, EntryRecord>()
  const tiers = new Set([...slice.values()].flatMap((found) => found.map(({ tier }) => tier)))
  for (const tier of tiers) {
    const where = [...slice.values()].flatMap((found) => found.filter((one) => one.tier === tier).map(({ place }) => place))
    const entries = await readAll(tier, where).catch((error: unknown) => {
      failed(error)
      return []
    })
    for (const [index, { hash }] of where.entries()) {
      const entry = united(known.get(hash), entries[index])
      if (entry !== undefined) known.set(hash, entry)
    }
  }
  return [...slice.keys()].flatMap((hash) => {
    const entry = known.get(hash)
    return entry === undefined ? [] : [{ hash, entry }]
  })
}

/** Which entries are meant. */
export type Chosen = (entry: EntryRecord) => boolean

/**
 * {@link EntryInfo} of all that are meant, in the order of their keys; those that were deleted are none. Stores keep them in another order:
 * the keys are gathered first, and the entries read again by the hundred, so that memory holds nothing but the keys.
 */
export async function* listed(rooms: UpkeepRooms, chosen: Chosen, after: string | undefined): AsyncGenerator<EntryInfo[]> {
  const isMeant = (entry: EntryRecord): boolean => !isBare(entry) && (after === undefined || entry.key > after) && chosen(entry)
  const keys: string[] = []
  const failures: unknown[] = []
  for await (const slice of everyEntry(rooms, { failed: (error) => failures.push(error) }))
    for (const { entry } of slice) if (isMeant(entry)) keys.push(entry.key)
  // The guard has told of a tier that fails, and the others are listed; but an empty list would say that there is nothing.
  if (keys.length === 0 && failures.length > 0) throw failures[0]
  for await (const some of slices(inOrder(keys, rooms.pace), rooms.pace)) {
    const known = await knownOf(rooms, some)
    const meant = known.filter(({ entry }) => isMeant(entry))
    if (meant.length > 0) yield await told(rooms, meant)
  }
}

/** In the order that was asked for. */
function knownOf({ tiers }: UpkeepRooms, keys: readonly string[]): Promise<Known[]> {
  const slice: Slice = new Map()
  for (const key of keys) {
    const place = { hash: sha256(key), key }
    const everywhere = tiers.nearestFirst.map((tier) => ({ tier, place }))
    slice.set(place.hash, everywhere)
  }
  return merged(slice, () => undefined)
}

async function told(rooms: UpkeepRooms, known: readonly Known[]): Promise<EntryInfo[]> {
  const asked = await lastAsked(rooms, known)
  const sizes = await unknownSizes(rooms, known)
  return known.map(({ hash, entry }) => {
    const refs = refsOf(entry)
    const checked = Math.max(0, ...refs.map(({ checkedAt }) => checkedAt), ...(entry.failures ?? []).map(({ at }) => at))
    const requestedAt = Math.max(asked.get(hash) ?? 0, rooms.lastRequestedAt(entry.key) ?? 0)
    return {
      key: entry.key,
      method: entry.method,
      url: entry.url,
      group: entry.group,
      tags: Object.keys(entry.tags ?? {}),
      ...(entry.meta !== undefined && { meta: entry.meta.value }),
      versions: refs.length,
      bytes: refs.reduce((sum, { id, size }) => sum + (size ?? sizes.get(`${hash}:${id}`) ?? 0), 0),
      lastRequestedAt: new Date(requestedAt > 0 ? requestedAt : checked),
    }
  })
}

export const refsOf = ({ variants }: EntryRecord): EntryRecord['variants'][number]['versions'] =>
  variants.flatMap(({ versions }) => versions.filter(({ removed }) => removed === undefined))

/** What is written down of when they were last asked for. */
async function lastAsked({ tiers }: UpkeepRooms, known: readonly Known[]): Promise<Map<string, number>> {
  const asked = new Map<string, number>()
  for (const tier of tiers.nearestFirst) {
    const uses = await readUses(tier, known).catch(() => [])
    for (const [index, use] of uses.entries()) {
      const hash = known[index]?.hash
      if (use !== undefined && hash !== undefined) asked.set(hash, Math.max(asked.get(hash) ?? 0, use.lastRequestedAt))
    }
  }
  return asked
}

/** Sizes that records of earlier releases do not say in the entry: the version's own record does. */
async function unknownSizes({ tiers }: UpkeepRooms, known: readonly Known[]): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  let names = known.flatMap(({ hash, entry }) =>
    refsOf(entry).flatMap(({ id, size }) => (size === undefined ? [{ hash, id, key: entry.key }] : [])),
  )
  for (const tier of tiers.nearestFirst) {
    if (names.length === 0) break
    const records =
      tier.shelf === undefined
        ? await readVersions(tier, names).catch(() => [])
        : names.map(({ key, id }) => tier.shelf?.lookVersion(key, id))
    for (const [index, { hash, id }] of names.entries()) {
      const record = records[index]
      if (record !== undefined && record !== 'foreign') sizes.set(`${hash}:${id}`, record.size)
    }
    names = names.filter(({ hash, id }) => !sizes.has(`${hash}:${id}`))
  }
  return sizes
}
