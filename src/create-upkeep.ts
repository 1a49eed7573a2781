import type { Ground } from './create-storage.ts'
import type { Care, HousePlan, Storage } from './house.ts'
import type { Store } from './model/store.ts'
import { copied } from './stages/bodies/copied.ts'
import { Inventory } from './stages/bodies/inventory.ts'
import type { Flights } from './stages/flights/flights.ts'
import { guarded } from './stages/tiers/guard.ts'
import { named } from './stages/tiers/names.ts'
import { Tier } from './stages/tiers/tier.ts'
import { Pace } from './stages/tiers/upkeep/pace.ts'
import { Upkeep } from './stages/tiers/upkeep/upkeep.ts'

type Grounds = Ground & Pick<HousePlan, 'retention'> & { readonly closing: AbortController; readonly flights: Flights }

/** The rooms that look after what is stored. */
export function buildCare(ground: Grounds, { bodies, tiers, uses, stores }: Storage): Care {
  const { clock, report, stamps, retention, closing, flights } = ground
  const pace = new Pace()
  if (closing.signal.aborted) pace.end()
  else closing.signal.addEventListener('abort', () => pace.end())
  const upkeep = new Upkeep({
    tiers,
    inventory: new Inventory(),
    open: (store, place, damaged) => bodies.open(store, place, damaged),
    copy: copied,
    isRead: (bodyId) => bodies.isRead(bodyId),
    retention,
    lastRequestedAt: (key) => uses.lastRequestedAt(key),
    overtake: (keys) => flights.overtake(({ key }) => keys.has(key), clock.now()),
    stamps,
    clock,
    report,
    pace,
  })
  return { upkeep, target: targets(ground, bodies, stores) }
}

/** A store that is no tier, as one: under a name that no tier has, for by that a version says where its body stands. */
function targets(
  { clock, report, background, storeTimeout: timeout, stores: own }: Ground,
  bodies: Storage['bodies'],
  stores: readonly Store[],
): Care['target'] {
  return (store) => {
    if (own.includes(store)) throw new TypeError(`copyTo: ${store.name} is one of this instance's tiers. Give another store.`)
    const name = named([...stores, store]).at(-1)?.name ?? store.name
    return new Tier(guarded(store, { clock, report, timeout, name }), {
      bodies: {
        open: (from, place, damaged) => bodies.open(from, place, damaged),
        glance: (from, place) => bodies.glance(from, place),
        copy: copied,
      },
      report,
      clock,
      background: (work) => background.run(work, () => undefined),
      wrote: () => undefined,
      pins: 'hold here',
    })
  }
}
