import type { Ground, Storage } from './create-storage.ts'
import type { House, HousePlan } from './house.ts'
import type { Store } from './model/store.ts'
import { CatchUp } from './stages/tiers/catch-up.ts'
import { guarded } from './stages/tiers/guard.ts'
import { named } from './stages/tiers/names.ts'
import { Tier } from './stages/tiers/tier.ts'
import { Pace } from './stages/tiers/upkeep/pace.ts'
import { Schedule } from './stages/tiers/upkeep/schedule.ts'
import { Upkeep } from './stages/tiers/upkeep/upkeep.ts'

type Grounds = Ground & Pick<HousePlan, 'retention'> & { readonly closing: AbortController }

/** The rooms that look after what is stored. */
export function buildUpkeep(
  ground: Grounds,
  { bodies, tiers, uses, stores }: Storage,
): Pick<House, 'upkeep' | 'target'> & { readonly schedule: Schedule; readonly catchUp: CatchUp } {
  const { clock, report, background, stamps, retention, closing } = ground
  const pace = new Pace()
  const upkeep = new Upkeep({
    tiers,
    inventory: bodies.inventory,
    open: (store, place, damaged) => bodies.open(store, place, damaged),
    copy: (body, to) => bodies.copy(body, to),
    isRead: (bodyId) => bodies.isRead(bodyId),
    retention,
    lastRequestedAt: (key) => uses.lastRequestedAt(key),
    stamps,
    clock,
    report,
    pace,
  })
  const schedule = new Schedule({
    clock,
    report,
    background: (work) => background.run(work, () => undefined),
    sweep: (every) => upkeep.sweepDue(every),
  })
  const catchUp = new CatchUp(tiers.writable, {
    bring: (key, tier) => upkeep.bring(key, tier),
    clock,
    report,
    background: (work) => background.run(work, () => undefined),
  })
  closing.signal.addEventListener('abort', () => {
    pace.end()
    schedule.end()
  })
  return { upkeep, target: targets(ground, bodies, stores), schedule, catchUp }
}

/** A store that is no tier, as one: under a name that no tier has, for by that a version says where its body stands. */
function targets(
  { clock, report, background, storeTimeout: timeout, stores: own }: Ground,
  bodies: Storage['bodies'],
  stores: readonly Store[],
): House['target'] {
  return (store) => {
    if (own.includes(store)) throw new TypeError(`copyTo: ${store.name} is one of this instance's tiers. Give another store.`)
    const name = named([...stores, store]).at(-1)?.name ?? store.name
    return new Tier(guarded(store, { clock, report, timeout, name }), {
      bodies,
      report,
      clock,
      background: (work) => background.run(work, () => undefined),
      wrote: () => undefined,
      pins: 'hold here',
    })
  }
}
