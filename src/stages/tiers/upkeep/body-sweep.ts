import type { StandingBody } from '../../../model/inventory.ts'
import { INLINE_LIMIT } from '../../../model/record.ts'
import { slices } from './pace.ts'
import { readVersions } from './reading.ts'
import type { Sweeping } from './version-sweep.ts'

const PREFIX = 'h1:v:'
const HASH = 64

type Naming = Pick<Sweeping, 'tier' | 'rooms' | 'now' | 'named' | 'report' | 'isDry'>

/** Names what broken bodies may still become something; the others go. True where there are some of which nobody knows what they name. */
export async function sweepPartials({ tier: { store }, rooms, now, named, report, isDry }: Naming): Promise<boolean> {
  let isBlind = false
  for await (const slice of slices(rooms.inventory.partials(store, now), rooms.pace)) {
    const dead = slice.filter(({ isDead }) => isDead)
    report.partials += dead.length
    if (!isDry && dead.length > 0) await store.delete(dead.map(({ key }) => key))
    for (const { bodyId, isDead } of slice) {
      if (isDead) continue
      if (bodyId === undefined) isBlind = true
      else named.add(bodyId)
    }
  }
  return isBlind
}

/**
 * In memory there stands no body by itself but what came of broken ones. Who takes one down and misses it asks for the whole, so none
 * without a name needs to be seen twice.
 */
export async function sweepShelf(naming: Naming): Promise<void> {
  const { tier, rooms, named, report, isDry } = naming
  const standing: StandingBody[] = []
  for await (const slice of slices(rooms.inventory.bodies(tier.store), rooms.pace)) standing.push(...slice)
  await sweepPartials(naming)
  for (const body of standing) {
    if (named.has(body.id)) continue
    report.bodies++
    report.bytes += await rooms.inventory.size(tier.store, body)
    if (!isDry) await rooms.inventory.remove(tier.store, body)
  }
}

/**
 * Bodies without a name: at first sight the word goes that these bytes are here, so that nobody names it any more; an hour later the body
 * itself, unless it has a name by then, has grown, or is being read.
 */
export async function sweepBodies(sweeping: Sweeping, standing: readonly StandingBody[]): Promise<void> {
  if (sweeping.isBlind) return
  const { tier, rooms, named, condemned, report, isDry } = sweeping
  const sizes = new Map<StandingBody, number>()
  for await (const slice of slices(
    standing.filter(({ id }) => !named.has(id)),
    rooms.pace,
  ))
    for (const body of slice) sizes.set(body, await rooms.inventory.size(tier.store, body))
  if ([...sizes].some(isSmall)) await nameSmall(sweeping)
  await sweepWords(sweeping)
  for await (const slice of slices(sizes, rooms.pace)) {
    for (const [body, size] of slice) {
      if (named.has(body.id) || !condemned.isDue(body.id, size) || rooms.isRead(body.id)) continue
      report.bodies++
      report.bytes += size
      if (isDry) continue
      await rooms.inventory.remove(tier.store, body)
      condemned.strike(body.id)
    }
  }
}

/** It might belong to a version that was thought to hold its body itself. */
const isSmall = ([{ chunks }, size]: [StandingBody, number]): boolean => chunks !== undefined && size <= INLINE_LIMIT

/** Looks into all versions, for small bodies that one of them names: a live tier that takes less than 64 KiB makes such. */
async function nameSmall({ tier, rooms, named }: Sweeping): Promise<void> {
  for await (const keys of slices(tier.store.keys(PREFIX), rooms.pace)) {
    const names = keys.map((key) => ({
      hash: key.slice(PREFIX.length, PREFIX.length + HASH),
      id: key.slice(PREFIX.length + HASH + 1),
    }))
    for (const record of await readVersions(tier, names))
      if (record !== undefined && record !== 'foreign' && record.bodyId !== undefined) named.add(record.bodyId)
  }
}

async function sweepWords({ tier: { store }, rooms, named, isDry }: Sweeping): Promise<void> {
  if (isDry) return
  for await (const slice of slices(rooms.inventory.words(store), rooms.pace)) {
    const idle = slice.filter(({ bodyId }) => bodyId === undefined || !named.has(bodyId))
    if (idle.length > 0) await store.delete(idle.map(({ key }) => key))
  }
}
