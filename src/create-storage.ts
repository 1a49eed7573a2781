import type { House, HousePlan } from './house.ts'
import type { Report } from './model/events.ts'
import type { EntryRecord } from './model/record.ts'
import type { Store } from './model/store.ts'
import { derivedPlan } from './policy/body-plan.ts'
import type { Background } from './stages/background.ts'
import { Bodies } from './stages/bodies/bodies.ts'
import type { Parties } from './stages/parties.ts'
import { Recent } from './stages/recent.ts'
import { Remarks } from './stages/remarks.ts'
import { Retirement } from './stages/retirement.ts'
import type { Stamps } from './stages/stamps.ts'
import { type Guarded, guarded } from './stages/tiers/guard.ts'
import { Holds } from './stages/tiers/holds.ts'
import { entryIn, recordName } from './stages/tiers/live-shelf.ts'
import { named } from './stages/tiers/names.ts'
import type { TiersRooms } from './stages/tiers/saving.ts'
import { Standing } from './stages/tiers/standing.ts'
import { Tiers } from './stages/tiers/tiers.ts'
import { UseRecords } from './stages/tiers/use-records.ts'
import { decoded } from './stages/transport/decode.ts'
import { Unpacking } from './stages/unpacking.ts'
import { Uses } from './stages/uses.ts'
import { Versions } from './stages/versions.ts'

/** What the rooms of what is stored stand on. */
export type Ground = Pick<HousePlan, 'stores' | 'clock' | 'storeTimeout'> & {
  readonly report: Report
  readonly background: Background
  readonly stamps: Stamps
  readonly parties: Parties
}

/** The rooms of what is stored. */
export interface Storage {
  readonly stores: readonly Guarded[]
  readonly holds: Holds
  readonly bodies: Bodies
  readonly tiers: Tiers
  readonly uses: Uses
  readonly recent: Recent
  readonly standing: Standing
}

export function buildStorage(
  { stores: bare, clock, report, background, parties, storeTimeout }: Ground,
  { wrote, missed }: { wrote: () => void; missed: TiersRooms['missed'] },
): Storage {
  const stores = named(bare).map(({ store, name }) => guarded(store, { clock, report, timeout: storeTimeout, name }))
  const holds = new Holds()
  const recent = new Recent()
  const standing = new Standing(stores)
  const bodies = new Bodies(stores, { report, clock, hold: (store) => holds.hold(store) })
  const tiers = new Tiers(stores, {
    bodies,
    report,
    clock,
    background: (work) => background.run(work, () => undefined),
    missed,
    wrote: (entry) => {
      if (tiers.nearestFirst.some(({ shelf }) => shelf?.knows(entry.key) === true)) recent.forget(entry.key)
      else recent.note(entry)
      parties.close(entry.key)
      wrote()
    },
  })
  for (const store of bare) store.onEvict?.((gone) => tellGone(gone, store, { recent, report }))
  return { stores, holds, bodies, tiers, uses: buildUses(stores, { clock, background, standing }), recent, standing }
}

/** What memory gives up may be asked about for a while: by whoever still has an answer out of it. */
function tellGone(
  { key, bytes, record }: { key: string; bytes: number; record?: object },
  { name }: Store,
  { recent, report }: { recent: Recent; report: Report },
): void {
  const entry = entryIn(record)
  if (entry !== undefined) recent.note(entry)
  report('evicted', () => ({ ...recordName(record, key), tier: name, bytes }))
}

function buildUses(
  stores: readonly Store[],
  { clock, background, standing }: Pick<Ground, 'clock' | 'background'> & { standing: Standing },
): Uses {
  const records = new UseRecords(stores, clock)
  return new Uses({
    clock,
    areKept: records.areKept,
    write: (uses) => records.add(uses),
    read: (key) => records.read(key),
    background: (work) => background.run(work, () => undefined),
    settle: () => standing.settle(),
  })
}

/** A body inside its record is in the hands of who reads it: only one that stands by itself can be taken away. */
function isRead({ tiers, bodies }: Storage) {
  return async ({ key }: EntryRecord, id: string): Promise<boolean> => {
    const copies = await Promise.all(tiers.nearestFirst.map((tier) => tier.version(key, id)))
    return copies.some((placed) => placed?.version.home !== undefined && bodies.isRead(placed.version.home.bodyId))
  }
}

export function buildVersions({ clock, report, background, stamps }: Ground, storage: Storage): Versions {
  const { tiers, bodies } = storage
  const retirement = new Retirement({ isRead: isRead(storage), stamps, clock, report })
  return new Versions({
    write: async ({ keep, ...change }, right) => {
      const retiring = keep === undefined ? undefined : retirement.by(keep)
      const written = await tiers.write({ ...change, retiring }, right)
      if (retiring !== undefined) retirement.tell(written.entry, retiring, written.tier)
      // The body is named by its version now; a partial that outlives this is told apart by its size.
      if (change.placed !== undefined) background.run(bodies.became(change.entry.key), () => undefined)
      return written
    },
    known: async (call) => (await tiers.lookup(call, () => true)).entry,
    settled: (written) => bodies.settled(written),
    drop: (written) => bodies.drop(written),
    clock,
    report,
    stamps,
  })
}

/** What is done to versions that are stored already. */
export function buildAside({ stamps }: Ground, { tiers, bodies }: Storage): Pick<House, 'remarks' | 'unpacking'> {
  const write = (entry: EntryRecord): ReturnType<Tiers['write']> =>
    tiers.write({ entry, placed: undefined, shareable: true }, undefined)
  return {
    remarks: new Remarks({ write, stamps }),
    unpacking: new Unpacking({
      beside: (held, id) => tiers.beside(held, id),
      keep: ({ entry }, placed, sharing) => tiers.write({ entry, placed, shareable: sharing === 'shareable' }, undefined),
      writer: (call, held) => bodies.writer(derivedPlan(call, held)),
      decoded,
    }),
  }
}
