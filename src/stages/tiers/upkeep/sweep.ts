import type { StandingBody } from '../../../model/inventory.ts'
import { sha256 } from '../../../policy/cache-key.ts'
import { withoutVersions } from '../../../policy/removal.ts'
import { removable, standingHere } from '../../../policy/retention.ts'
import { refsOf } from '../../../policy/selection.ts'
import type { Tier } from '../tier.ts'
import { sweepBodies, sweepPartials, sweepShelf } from './body-sweep.ts'
import { Condemned } from './condemned.ts'
import { places } from './cursor.ts'
import { sweepMarks } from './mark-sweep.ts'
import { slices } from './pace.ts'
import { elsewhere, readEntries, united } from './reading.ts'
import type { UpkeepRooms } from './rooms.ts'
import { type Sweeping, type SweepReport, type Swept, sweepVersions } from './version-sweep.ts'
import { walk } from './walk.ts'

const SWEPT = 'h1:g:swept'

export const nothingSwept = (): SweepReport => ({ versions: 0, bodies: 0, partials: 0, bytes: 0 })

/** When a store was last swept, epoch ms; 0 for never. */
export async function sweptAt({ store }: Tier): Promise<number> {
  const bytes = await store.get(SWEPT)
  const at = Number(new TextDecoder().decode(bytes))
  return Number.isFinite(at) ? at : 0
}

/**
 * Tidies one tier. What names goes before what is named, so a sweep that is killed leaves nothing that is named and missing; and it may
 * be done twice at once.
 */
export async function sweepTier(tier: Tier, rooms: UpkeepRooms, how: 'dry' | 'in earnest'): Promise<Swept> {
  const report: Swept = { ...nothingSwept(), versions: new Set() }
  if (tier.shelf !== undefined) await sweepLive(tier, rooms, { isDry: how === 'dry', report })
  else await sweepStore(tier, rooms, { isDry: how === 'dry', report })
  return report
}

type Ordered = Pick<Sweeping, 'isDry' | 'report'>

async function sweepStore(tier: Tier, rooms: UpkeepRooms, ordered: Ordered): Promise<void> {
  const { store } = tier
  const now = rooms.clock.now()
  const condemned = await Condemned.of(store, now)
  // The bodies before their names: what comes meanwhile is not taken for unnamed.
  const standing: StandingBody[] = []
  for await (const slice of slices(rooms.inventory.bodies(store), rooms.pace)) standing.push(...slice)
  const hasBodies = standing.length > 0
  const sweeping: Sweeping = { ...ordered, tier, rooms, condemned, now, named: new Set(), hasBodies, isBlind: false }
  for await (const slice of walk(tier, rooms)) await sweepVersions(sweeping, slice)
  if (await sweepPartials(sweeping)) sweeping.isBlind = true
  await sweepBodies(sweeping, standing)
  if (ordered.isDry) return
  await sweepMarks(tier, rooms)
  await condemned.write()
  await store.set(SWEPT, new TextEncoder().encode(String(now)))
}

/** Decoded records name no body, and go with one another: there is nothing to tidy but what is not to be kept, and parts of broken bodies. */
async function sweepLive(tier: Tier, rooms: UpkeepRooms, { isDry, report }: Ordered): Promise<void> {
  const now = rooms.clock.now()
  await sweepShelf({ tier, rooms, now, named: new Set(), report, isDry })
  for await (const slice of slices(places(tier, rooms.pace), rooms.pace)) {
    const own = await readEntries(tier, slice)
    const others = await elsewhere(rooms, tier, slice)
    for (const [index, other] of others.entries()) {
      const all = united(other, own[index])
      if (all === undefined) continue
      const standing = refsOf(all).flatMap((ref) => {
        const version = tier.shelf?.lookVersion(all.key, ref.id)
        return version === undefined ? [] : [{ ...ref, size: version.size }]
      })
      const here = new Set(standing.map(({ id }) => id))
      const beyond = new Set(removable(standingHere(all, here), rooms.retention(all), now))
      const gone = standing.filter(({ id, removed }) => removed !== undefined || beyond.has(id))
      for (const { id } of gone) report.versions.add(`${sha256(all.key)}:${id}`)
      report.bytes += gone.reduce((sum, { size }) => sum + size, 0)
      if (isDry || gone.length === 0) continue
      const ids = new Set(gone.map(({ id }) => id))
      await tier.write(withoutVersions(all, ids, rooms.stamps.next()), undefined)
    }
  }
}
