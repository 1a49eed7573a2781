import type { EntryRecord, VersionRef } from '../../../model/record.ts'
import { withoutVersions } from '../../../policy/removal.ts'
import { pinnedUntil } from '../../../policy/retention.ts'
import type { Placed } from '../placed.ts'
import type { Tier } from '../tier.ts'
import { isWhole, placedIn } from './proving.ts'
import type { UpkeepRooms } from './rooms.ts'

/** A version that is not in a tier as it was stored. */
export interface Damage {
  readonly tier: Tier
  readonly hash: string
  readonly id: string
  readonly key: string
  /** As this tier has it; undefined where it has none. */
  readonly entry: EntryRecord | undefined
  /** Undefined where the record itself is gone. */
  readonly digest: string | undefined
}

/** Puts a good copy in the place of a damaged version, or takes it away, so that the next fetch brings it anew. */
export class Repair {
  readonly #rooms: UpkeepRooms
  readonly #report: { repaired: number }

  constructor(rooms: UpkeepRooms, report: { repaired: number }) {
    this.#rooms = rooms
    this.#report = report
  }

  async of(damage: Damage): Promise<void> {
    const { tier, hash, id, entry, digest } = damage
    if (tier.store.readOnly === true) return
    const { inventory } = this.#rooms
    // Else a download of the same bytes would be given up for the damaged ones.
    if (digest !== undefined) await inventory.unsay(tier.store, digest)
    const { good, asked } = await this.#goodCopy(damage)
    const saying = entry === undefined ? undefined : only(entry, id)
    if (good !== undefined && saying !== undefined) {
      await tier.write(saying, good)
      this.#report.repaired++
      return
    }
    await tier.store.delete([`h1:v:${hash}:${id}`])
    // Named and nowhere: it is no version any more. A tier that could not be asked may still have it.
    if (good === undefined && asked === 'all' && saying !== undefined) await this.#strike(saying, id)
  }

  async #goodCopy({ tier, hash, id, key }: Damage): Promise<{ good: Placed | undefined; asked: 'all' | 'not all' }> {
    let asked: 'all' | 'not all' = 'all'
    for (const other of this.#rooms.tiers.nearestFirst) {
      if (other === tier) continue
      try {
        const placed = await placedIn(this.#rooms, other, { hash, id, key })
        if (placed === undefined) continue
        if (await isWhole(placed)) return { good: placed, asked }
        other.shelf?.forget(key, [id])
      } catch {
        asked = 'not all'
      }
    }
    return { good: undefined, asked }
  }

  async #strike(saying: EntryRecord, id: string): Promise<void> {
    const { tiers, stamps, clock } = this.#rooms
    const words = [withoutVersions(saying, new Set([id]), stamps.next())]
    // What is pinned is spared: who has pinned it until now has nothing to hold any more.
    if (pinnedUntil(saying, clock.now()).size > 0) words.unshift(withoutPins(saying, stamps))
    // One that fails still names it, and is told of; the next audit finds it.
    for (const word of words) await Promise.allSettled(tiers.writable.map((tier) => tier.write(word, undefined)))
  }
}

/** Its pins are given back. */
function withoutPins(saying: EntryRecord, stamps: UpkeepRooms['stamps']): EntryRecord {
  const unpinned = ({ pins = {}, ...ref }: VersionRef): VersionRef => {
    const back = Object.entries(pins).map(([who, pin]) => [who, { ...stamps.next(pin), until: 0 }] as const)
    return { ...ref, pins: Object.fromEntries(back) }
  }
  return { ...saying, variants: saying.variants.map((variant) => ({ ...variant, versions: variant.versions.map(unpinned) })) }
}

/** What an entry says of one version; undefined where it says nothing. */
function only(entry: EntryRecord, id: string): EntryRecord | undefined {
  const variants = entry.variants
    .map((variant) => ({ ...variant, versions: variant.versions.filter((ref) => ref.id === id && ref.removed === undefined) }))
    .filter(({ versions }) => versions.length > 0)
  const { key, method, url, group } = entry
  return variants.length === 0 ? undefined : { key, method, url, group, variants }
}
