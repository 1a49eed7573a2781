import type { EntryRecord, VersionRecord } from '../../../model/record.ts'
import { originalId } from '../../../policy/version-id.ts'
import type { Tier } from '../tier.ts'
import { refsOf } from './listing.ts'
import { slices } from './pace.ts'
import { isWhole, placedIn, placedOf } from './proving.ts'
import { readEntries, readVersions } from './reading.ts'
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
  const repair = how === 'repair' ? new Repair(rooms, report) : undefined
  const missing = new Set<string>()
  for (const tier of rooms.tiers.nearestFirst) {
    if (tier.shelf !== undefined) continue
    const auditing = new Auditing(rooms, { report, repair, missing, bodies: await bodiesIn(tier, rooms) })
    for await (const slice of walk(tier, rooms)) for (const standings of slice) await auditing.standings(tier, standings)
    await auditing.suspects(tier)
  }
  return report
}

/** Versions without a body that are kept in mind before the bodies are listed again. */
const SUSPECTS = 10_000

/** Named by a version, and not listed. */
interface Suspect {
  readonly hash: string
  readonly id: string
  readonly bodyId: string
}

/** Ids of the bodies that stand there. Listed, not read: a file that somebody removed can be read on by who has it open. */
async function bodiesIn({ store }: Tier, { pace, inventory }: UpkeepRooms): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  for await (const slice of slices(inventory.bodies(store), pace)) for (const { id } of slice) ids.add(id)
  return ids
}

/** The record of a version, as long as it names that body. */
async function stillNaming(
  tier: Tier,
  of: { hash: string; id: string },
  bodyId: string | undefined,
): Promise<VersionRecord | undefined> {
  const [record] = await readVersions(tier, [of])
  return record === undefined || record === 'foreign' || record.bodyId !== bodyId ? undefined : record
}

class Auditing {
  readonly #rooms: UpkeepRooms
  readonly #report: AuditReport
  readonly #repair: Repair | undefined
  /** Named and nowhere: told once, however many tiers name it. */
  readonly #missing: Set<string>
  readonly #bodies: ReadonlySet<string>
  #suspects: Suspect[] = []

  constructor(
    rooms: UpkeepRooms,
    of: { report: AuditReport; repair: Repair | undefined; missing: Set<string>; bodies: ReadonlySet<string> },
  ) {
    this.#rooms = rooms
    this.#report = of.report
    this.#repair = of.repair
    this.#missing = of.missing
    this.#bodies = of.bodies
  }

  async standings(tier: Tier, { hash, entry, versions }: Standings): Promise<void> {
    if (entry === 'foreign') return
    for (const id of versions) await this.#version(tier, { hash, id })
    if (entry === undefined) return
    const here = new Set(versions)
    // A tier that was only told a word of a version (a label, a pin) says no size of it: it never had it, and a tier that has it may not be here today.
    for (const { id, size } of refsOf(entry))
      if (size !== undefined && !here.has(id)) await this.#absent(tier, { hash, id, entry })
  }

  async #version(tier: Tier, { hash, id }: { hash: string; id: string }): Promise<void> {
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
    const { bodyId } = record
    if (bodyId === undefined || this.#bodies.has(bodyId)) return this.#prove(tier, { hash, id, record })
    // It may have come after the listing, whatever the age of the version: a copy, or what is written behind, is older than its place.
    if (this.#suspects.push({ hash, id, bodyId }) >= SUSPECTS) await this.suspects(tier)
  }

  /** Lists the bodies again: each came before the record that names it, so what that record lacks now is gone. */
  async suspects(tier: Tier): Promise<void> {
    const suspects = this.#suspects
    if (suspects.length === 0) return
    this.#suspects = []
    const bodies = await bodiesIn(tier, this.#rooms)
    for (const { hash, id, bodyId } of suspects) {
      const record = await stillNaming(tier, { hash, id }, bodyId)
      await this.#rooms.pace.round()
      if (record === undefined) continue
      if (bodies.has(bodyId)) await this.#prove(tier, { hash, id, record })
      else await this.#spoilt(tier, { hash, id, record })
    }
  }

  async #prove(tier: Tier, of: { hash: string; id: string; record: VersionRecord }): Promise<void> {
    if (await isWhole(placedOf(this.#rooms.open, tier, of.record))) return
    // What was removed, or put elsewhere, while it was read is not damaged.
    if ((await stillNaming(tier, of, of.record.bodyId)) !== undefined) await this.#spoilt(tier, of)
  }

  async #spoilt(tier: Tier, { hash, id, record }: { hash: string; id: string; record: VersionRecord }): Promise<void> {
    const [entry] = await readEntries(tier, [{ hash }])
    const { key, digest } = record
    await this.#damaged({ tier, hash, id, key, entry: entry === 'foreign' ? undefined : entry, digest })
  }

  /** An entry names it, and this tier did not list it: as it should be, where another one has it, or this one by now. */
  async #absent(tier: Tier, { hash, id, entry }: { hash: string; id: string; entry: EntryRecord }): Promise<void> {
    const name = `${hash}:${id}`
    if (this.#missing.has(name)) return
    const { tiers } = this.#rooms
    try {
      for (const other of tiers.nearestFirst)
        if ((await placedIn(this.#rooms, other, { hash, id, key: entry.key })) !== undefined) return
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
