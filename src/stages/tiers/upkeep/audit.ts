import type { EntryRecord } from '../../../model/record.ts'
import { originalId } from '../../../policy/version-id.ts'
import type { Tier } from '../tier.ts'
import { refsOf } from './listing.ts'
import { isWhole, placedIn, placedOf } from './proving.ts'
import { type Reading, readEntries, readVersions } from './reading.ts'
import { type Damage, Repair } from './repair.ts'
import type { UpkeepRooms } from './rooms.ts'
import { type Standings, walk } from './walk.ts'

export interface AuditReport {
  /** Version records, in all tiers together. */
  checked: number
  /** Those whose body is missing or is not what was stored, and those that an entry names and no tier has. */
  damaged: { key: string; version: string; tier: string }[]
  /** Of these, how many have a good copy in their place now, out of another tier. */
  repaired: number
}

/** Holds every version of every tier that keeps bytes against its digest. */
export async function audit(rooms: UpkeepRooms, how: 'repair' | 'report'): Promise<AuditReport> {
  const report: AuditReport = { checked: 0, damaged: [], repaired: 0 }
  const auditing = new Auditing(rooms, report, how === 'repair' ? new Repair(rooms, report) : undefined)
  for (const tier of rooms.tiers.nearestFirst) {
    if (tier.shelf !== undefined) continue
    for await (const slice of walk(tier, rooms)) for (const standings of slice) await auditing.standings(tier, standings)
  }
  return report
}

class Auditing {
  readonly #rooms: UpkeepRooms
  readonly #report: AuditReport
  readonly #repair: Repair | undefined
  /** Named and nowhere: told once, however many tiers name it. */
  readonly #missing = new Set<string>()

  constructor(rooms: UpkeepRooms, report: AuditReport, repair: Repair | undefined) {
    this.#rooms = rooms
    this.#report = report
    this.#repair = repair
  }

  async standings(tier: Tier, { hash, entry, versions }: Standings): Promise<void> {
    if (entry === 'foreign') return
    for (const id of versions) await this.#version(tier, { hash, id, entry })
    if (entry === undefined) return
    const here = new Set(versions)
    for (const { id } of refsOf(entry)) if (!here.has(id)) await this.#absent(tier, { hash, id, entry })
  }

  async #version(tier: Tier, { hash, id, entry }: { hash: string; id: string; entry: Reading }): Promise<void> {
    const [record] = await readVersions(tier, [{ hash, id }])
    if (record === 'foreign') return
    await this.#rooms.pace.round()
    if (record === undefined) {
      // Listed, and not to be had: damaged, unless it was removed in between.
      const [now] = await readEntries(tier, [{ hash }])
      if (now === undefined || now === 'foreign' || !isNamed(now, id)) return
      this.#report.checked++
      await this.#damaged({ tier, hash, id, key: now.key, entry: now, digest: undefined })
      return
    }
    this.#report.checked++
    if (await isWhole(placedOf(this.#rooms.open, tier, record))) return
    const of = entry === undefined || entry === 'foreign' ? undefined : entry
    await this.#damaged({ tier, hash, id, key: record.key, entry: of, digest: record.digest })
  }

  /** An entry names it, and this tier does not have it: as it should be, where another one does. */
  async #absent(tier: Tier, { hash, id, entry }: { hash: string; id: string; entry: EntryRecord }): Promise<void> {
    const name = `${hash}:${id}`
    if (this.#missing.has(name)) return
    const { tiers } = this.#rooms
    try {
      for (const other of tiers.nearestFirst)
        if (other !== tier && (await placedIn(this.#rooms, other, { hash, id, key: entry.key })) !== undefined) return
      const [now] = await readEntries(tier, [{ hash }])
      if (now === undefined || now === 'foreign' || !isNamed(now, id)) return
    } catch {
      // A tier that cannot say may have it. The guard has told of it.
      return
    }
    this.#missing.add(name)
    await this.#damaged({ tier, hash, id, key: entry.key, entry, digest: undefined })
  }

  async #damaged(damage: Damage): Promise<void> {
    const { key, id, tier } = damage
    this.#report.damaged.push({ key, version: id, tier: tier.store.name })
    await this.#repair?.of(damage)
  }
}

const isNamed = (entry: EntryRecord, id: string): boolean => refsOf(entry).some((ref) => ref.id === originalId(id))
