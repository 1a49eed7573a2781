import type { HousePlan, Storage } from './house.ts'
import type { Report } from './model/events.ts'
import type { Store } from './model/store.ts'
import type { Background } from './stages/background.ts'
import { Bodies } from './stages/bodies/bodies.ts'
import type { Parties } from './stages/parties.ts'
import { Recent } from './stages/recent.ts'
import type { Stamps } from './stages/stamps.ts'
import { guarded } from './stages/tiers/guard.ts'
import { Holds } from './stages/tiers/holds.ts'
import { entryIn, recordName } from './stages/tiers/live-shelf.ts'
import { named } from './stages/tiers/names.ts'
import type { TiersRooms } from './stages/tiers/saving.ts'
import { Standing } from './stages/tiers/standing.ts'
import { Tiers } from './stages/tiers/tiers.ts'
import { UseRecords } from './stages/tiers/use-records.ts'
import { Uses } from './stages/uses.ts'

/** What the rooms of what is stored stand on. */
export type Ground = Pick<HousePlan, 'stores' | 'clock' | 'storeTimeout'> & {
  readonly report: Report
  readonly background: Background
  readonly stamps: Stamps
  readonly parties: Parties
}

export function buildStorage(
  { stores: bare, clock, report, background, parties, storeTimeout }: Ground,
  { wrote, missed, copy }: Pick<TiersRooms, 'missed'> & { wrote: () => void; copy: TiersRooms['bodies']['copy'] },
): Storage {
  const stores = named(bare).map(({ store, name }) => guarded(store, { clock, report, timeout: storeTimeout, name }))
  const holds = new Holds()
  const recent = new Recent()
  const standing = new Standing(stores)
  const bodies = new Bodies((store, why) => holds.hold(store, why))
  const tiers = new Tiers(stores, {
    bodies: {
      open: (store, place, damaged) => bodies.open(store, place, damaged),
      glance: (store, place) => bodies.glance(store, place),
      copy,
    },
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
