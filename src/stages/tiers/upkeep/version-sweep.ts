import { type EntryRecord, INLINE_LIMIT, type VersionRecord, type VersionRef } from '../../../model/record.ts'
import { merge } from '../../../policy/merge.ts'
import { isBare, withoutVersions } from '../../../policy/removal.ts'
import { removable, standingHere } from '../../../policy/retention.ts'
import { refsOf } from '../../../policy/selection.ts'
import { originalId } from '../../../policy/version-id.ts'
import { versionKeys } from '../merging.ts'
import type { Tier } from '../tier.ts'
import type { Condemned } from './condemned.ts'
import { elsewhere, readVersions, type VersionName } from './reading.ts'
import type { UpkeepRooms } from './rooms.ts'
import type { Standings } from './walk.ts'

/** What a sweep took away, or would take. */
export interface SweepReport {
  /** Version records, in all tiers together. */
  versions: number
  /** Bodies that no version named any more. */
  bodies: number
  /** Bodies that broke, and that nobody will go on with. */
  partials: number
  /** Of those bodies, inline ones too. */
  bytes: number
}

/** The same of one tier; versions by name, for another may have them too. */
export type Swept = Omit<SweepReport, 'versions'> & { readonly versions: Set<string> }

export interface Sweeping {
  readonly tier: Tier
  readonly rooms: UpkeepRooms
  readonly condemned: Condemned
  readonly isDry: boolean
  readonly now: number
  readonly report: Swept
  /** Bodies that a version or a partial names. */
  readonly named: Set<string>
  /** Whether the store has any bodies: else nobody needs their names. */
  readonly hasBodies: boolean
  /** There are records of another format: nobody knows what they name, so no body goes. */
  isBlind: boolean
}

/** The versions of one slice: which go, and which bodies the others name. */
export async function sweepVersions(sweeping: Sweeping, slice: readonly Standings[]): Promise<void> {
  const { tier, rooms } = sweeping
  const others = await elsewhere(
    rooms,
    tier,
    slice.map(({ hash, entry }) => ({ hash, key: keyOf(entry) })),
  )
  const judged = slice.map((standings, index) => judge(sweeping, standings, others[index]))
  const records = await recordsOf(sweeping, judged)
  await Promise.all(judged.map((one) => clear(sweeping, one, records)))
}

const keyOf = (entry: Standings['entry']): string | undefined => (entry === 'foreign' ? undefined : entry?.key)

interface Judged extends Standings {
  /** As all tiers know it. */
  readonly all: EntryRecord | undefined
  /** Original ids that go, by retention or by an earlier word. */
  readonly gone: ReadonlySet<string>
  /** Those of them of which this tier's own entry says so already: whoever said it was killed before their records went. */
  readonly said: ReadonlySet<string>
  /** Those that no entry has named for an hour. */
  readonly unnamed: ReadonlySet<string>
}

function judge(sweeping: Sweeping, standings: Standings, other: EntryRecord | undefined): Judged {
  const { hash, entry, versions } = standings
  const none: ReadonlySet<string> = new Set()
  if (entry === 'foreign') sweeping.isBlind = true
  // What this tier's own entry says may be in a format that is not ours: then nothing of it is.
  if (entry === 'foreign') return { ...standings, all: undefined, gone: none, said: none, unnamed: none }
  const all = entry === undefined || other === undefined ? (entry ?? other) : merge(entry, other)
  const here = new Set(versions.map(originalId))
  const [refs, own] = [refsById(all), refsById(entry)]
  const removed = [...here].filter((id) => refs.get(id)?.removed !== undefined)
  const unnamed = [...here].filter((id) => !refs.has(id) && sweeping.condemned.isDue(`${hash}:${id}`, 0))
  return {
    ...standings,
    all,
    gone: new Set([...removed, ...(all === undefined ? [] : beyond(sweeping, all, here))]),
    said: new Set(removed.filter((id) => own.get(id)?.removed !== undefined)),
    unnamed: new Set(unnamed),
  }
}

function refsById(entry: EntryRecord | undefined): ReadonlyMap<string, VersionRef> {
  return new Map(refsOf(entry).map((ref) => [ref.id, ref]))
}

/** What this tier has beyond what is to be kept: a version that stands only elsewhere does not count as kept here. */
function beyond({ rooms, now }: Sweeping, all: EntryRecord, here: ReadonlySet<string>): string[] {
  return removable(standingHere(all, here), rooms.retention(all), now)
}

const nameOf = ({ hash, id }: VersionName): string => `${hash}:${id}`

/** The records that somebody must look into: of what goes, and of what may name a body. */
async function recordsOf(sweeping: Sweeping, judged: readonly Judged[]): Promise<Map<string, VersionRecord>> {
  const names = judged.flatMap((one) =>
    one.versions.filter((id) => isOpen(sweeping, one, id)).map((id) => ({ hash: one.hash, id })),
  )
  const records = new Map<string, VersionRecord>()
  for (const [index, record] of (await readVersions(sweeping.tier, names)).entries()) {
    if (record === 'foreign') sweeping.isBlind = true
    else if (record !== undefined) records.set(nameOf(names[index] as VersionName), record)
  }
  return records
}

/** A small version of known size holds its body itself, nearly always: it is looked into only where a small body has no other name. */
function isOpen({ hasBodies }: Sweeping, { all, gone, unnamed }: Judged, id: string): boolean {
  const original = originalId(id)
  if (gone.has(original) || unnamed.has(original)) return true
  if (!hasBodies) return false
  const ref = id === original ? refsOf(all).find((one) => one.id === id) : undefined
  return ref?.size === undefined || ref.size > INLINE_LIMIT
}

async function clear(sweeping: Sweeping, judged: Judged, records: ReadonlyMap<string, VersionRecord>): Promise<void> {
  const { tier, rooms, report, named, isDry, condemned } = sweeping
  const { hash, versions, all } = judged
  const read = (id: string): boolean => {
    const bodyId = records.get(nameOf({ hash, id }))?.bodyId
    return bodyId !== undefined && rooms.isRead(bodyId)
  }
  const held = new Set(versions.filter(read).map(originalId))
  const gone = new Set([...judged.gone].filter((id) => !held.has(id)))
  const unnamed = [...judged.unnamed].filter((id) => !held.has(id))
  for (const id of versions) {
    const original = originalId(id)
    const record = records.get(nameOf({ hash, id }))
    if (!gone.has(original) && !unnamed.includes(original)) {
      if (record?.bodyId !== undefined) named.add(record.bodyId)
    } else {
      if (id === original) report.versions.add(nameOf({ hash, id }))
      report.bytes += record?.body?.length ?? 0
    }
  }
  if (isDry) return
  const [left, going] = [[...gone].filter((id) => judged.said.has(id)), new Set([...gone].filter((id) => !judged.said.has(id)))]
  if (all !== undefined && going.size > 0) await tier.write(withoutVersions(all, going, rooms.stamps.next()), undefined)
  // A write takes away what it removes, and nothing that was removed before it.
  const nameless = [...unnamed, ...left]
  if (nameless.length > 0) await tier.store.delete(nameless.flatMap((id) => versionKeys(hash, id)))
  for (const id of unnamed) condemned.strike(nameOf({ hash, id }))
  const isNobodys = judged.entry !== 'foreign' && (all === undefined || isBare(all))
  if (judged.isUsed && isNobodys) await tier.store.delete([`h1:s:${hash}`])
}
