import type { EntryRecord } from '../../../model/record.ts'
import { withoutVersions } from '../../../policy/removal.ts'
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
    const { tiers, stamps } = this.#rooms
    const word = withoutVersions(saying, new Set([id]), stamps.next())
    // One that fails still names it, and is told of; the next audit finds it.
    await Promise.allSettled(tiers.writable.map((tier) => tier.write(word, undefined)))
  }
}

/** What an entry says of one version; undefined where it says nothing. */
function only(entry: EntryRecord, id: string): EntryRecord | undefined {
  const variants = entry.variants
    .map((variant) => ({ ...variant, versions: variant.versions.filter((ref) => ref.id === id && ref.removed === undefined) }))
    .filter(({ versions }) => versions.length > 0)
  const { key, method, url, group } = entry
  return variants.length === 0 ? undefined : { key, method, url, group, variants }
}
