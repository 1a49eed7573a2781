import type { EntryRecord } from '../../../model/record.ts'
import { refsOf } from '../../../policy/selection.ts'
import { endMarks, readMarks } from '../mark-writes.ts'
import { concerning, MARKS, markKey, urlMark } from '../marks.ts'
import type { Tier } from '../tier.ts'
import { places } from './cursor.ts'
import { slices } from './pace.ts'
import { type Reading, readAlong, readEntries, readVersions } from './reading.ts'
import type { UpkeepRooms } from './rooms.ts'

/** So many may stay: to look for what they concern would cost more than they do. */
const FEW = 1_000

/** Looked at by one sweep; a later one looks at the rest. */
const MOST = 100_000

/** Milliseconds after which all know of it who were at work then: other processes, and answers that were on their way. */
const KNOWN_TO_ALL = 24 * 3600 * 1000

/**
 * Ends the marks of one tier that concern nothing in any. Each write to another URL leaves one, whether anything of it is stored or not, and
 * no store gives them up to make room: in the end it would hold nothing else.
 */
export async function sweepMarks(tier: Tier, rooms: UpkeepRooms): Promise<void> {
  const { clock, pace, tiers } = rooms
  const before = clock.now() - KNOWN_TO_ALL
  const idle = new Set<string>()
  for await (const keys of slices(tier.store.keys(MARKS), pace)) {
    for (const { key } of await readMarks(tier.store, keys, before)) idle.add(key)
    if (idle.size >= MOST) break
  }
  // What redirects led to is in the versions, which are many and large: they are read only where the entries leave too many.
  for (const concerns of [byEntries, byRedirects]) {
    if (idle.size <= FEW) return
    for (const each of tiers.nearestFirst) if ((await strike(idle, { tier: each, concerns, rooms })) === 'in doubt') return
  }
  for await (const keys of slices(idle, pace)) await endMarks(tier.store, keys, { before, clock })
}

interface Striking {
  readonly tier: Tier
  /** Names of the marks that concern these; undefined where nobody can say. */
  readonly concerns: (tier: Tier, entries: readonly Standing[]) => Promise<string[] | undefined>
  readonly rooms: UpkeepRooms
}

/** Those stay that concern anything in this tier; all of them, where nobody can say what that has. */
async function strike(idle: Set<string>, { tier, concerns, rooms: { pace } }: Striking): Promise<'done' | 'in doubt'> {
  for (const _ of tier.owed.keys()) return 'in doubt'
  try {
    for await (const slice of slices(places(tier, pace), pace)) {
      const entries = await readEntries(tier, slice)
      if (entries.includes('foreign')) return 'in doubt'
      const there = entries.flatMap((entry, n) => (isRecord(entry) ? [{ entry, hash: slice[n]?.hash ?? '' }] : []))
      const names = await concerns(tier, there)
      if (names === undefined) return 'in doubt'
      for (const name of names) idle.delete(markKey(name))
    }
  } catch (error) {
    // The guard has told of a tier that fails.
    if (pace.isOver) throw error
    return 'in doubt'
  }
  return 'done'
}

interface Standing {
  readonly hash: string
  readonly entry: EntryRecord
}

const isRecord = (entry: Reading): entry is EntryRecord => entry !== undefined && entry !== 'foreign'

const byEntries = (_: Tier, there: readonly Standing[]): Promise<string[]> =>
  Promise.resolve(there.flatMap(({ entry }) => concerning(entry, [])))

/** A write to where a redirect led concerns what it led to (RFC 9111 4.4). */
async function byRedirects(tier: Tier, there: readonly Standing[]): Promise<string[] | undefined> {
  const names = there.flatMap(({ hash, entry }) => refsOf(entry).map(({ id }) => ({ hash, id, key: entry.key })))
  const { shelf } = tier
  const versions = shelf === undefined ? await readVersions(tier, names) : names.map(({ key, id }) => shelf.lookVersion(key, id))
  if (versions.includes('foreign')) return undefined
  const lost = names.filter((_, n) => versions[n] === undefined)
  const along = await Promise.all(lost.map((name) => readAlong(tier, name)))
  return [...versions, ...along]
    .flatMap((version) => (version === undefined || version === 'foreign' ? [] : (version.redirects?.urls ?? [])))
    .map(urlMark)
}
