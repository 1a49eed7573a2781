import type { EntryRecord } from '../../../model/record.ts'
import type { Retention } from '../../../model/settings.ts'
import type { Tier } from '../tier.ts'
import { type AuditReport, audit } from './audit.ts'
import { type CopyReport, copyAll, copyOne } from './copying.ts'
import { type Chosen, type EntryInfo, everyEntry, listed } from './listing.ts'
import { Failures, removeChosen } from './removing.ts'
import type { UpkeepRooms } from './rooms.ts'
import { nothingSwept, sweepTier, sweptAt } from './sweep.ts'
import type { SweepReport } from './version-sweep.ts'

const LEASE = 'h1:g:sweep'

/** Milliseconds after which a sweep that nobody ended is thought dead. Two at once would do no harm. */
const LEASED = 10 * 60 * 1000

export type { AuditReport, CopyReport, EntryInfo, SweepReport }

type Rules = (entry: EntryRecord) => Retention

/** All that is done to stored entries as a whole. */
export class Upkeep {
  readonly #rooms: UpkeepRooms
  #sweeping: Promise<unknown> | undefined

  constructor(rooms: UpkeepRooms) {
    this.#rooms = rooms
  }

  entries(chosen: Chosen, after: string | undefined): AsyncGenerator<EntryInfo[]> {
    return listed(this.#rooms, chosen, after)
  }

  /** The answers of the URLs of all entries that are meant are stale. */
  async invalidate(chosen: Chosen): Promise<void> {
    const { tiers, clock } = this.#rooms
    const at = clock.now()
    const failures = new Failures()
    for await (const slice of everyEntry(this.#rooms, { failed: failures.note })) {
      const urls = new Set(slice.flatMap(({ entry }) => (chosen(entry) ? [entry.url] : [])))
      await tiers.invalidate([...urls], at)
    }
    failures.end()
  }

  /** Deletes all entries that are meant. Resolves with their number; rejects, all others done, where a tier fails. */
  remove(chosen: Chosen): Promise<number> {
    return removeChosen(this.#rooms, chosen)
  }

  /** One at a time: who asks while one is under way waits for it, and finds what that one has left. */
  sweep(how: 'dry' | 'in earnest', retention: Rules): Promise<SweepReport> {
    const run = (): Promise<SweepReport> => this.#sweepAll(how, retention)
    const sweep = (this.#sweeping ?? Promise.resolve()).then(run, run)
    this.#sweeping = sweep
    const over = (): void => {
      if (this.#sweeping === sweep) this.#sweeping = undefined
    }
    sweep.then(over, over)
    return sweep
  }

  async #sweepAll(how: 'dry' | 'in earnest', retention: Rules): Promise<SweepReport> {
    const sum = nothingSwept()
    const versions = new Set<string>()
    const failures = new Failures()
    for (const tier of this.#rooms.tiers.writable) {
      const swept = await sweepTier(tier, { ...this.#rooms, retention }, how).catch(failures.note)
      if (swept === undefined) continue
      for (const version of swept.versions) versions.add(version)
      sum.bodies += swept.bodies
      sum.partials += swept.partials
      sum.bytes += swept.bytes
    }
    failures.end()
    // One that stood in two tiers was one version.
    return { ...sum, versions: versions.size }
  }

  /** Those tiers that nobody swept for `every` milliseconds, and that no other process sweeps now. */
  async sweepDue(every: number): Promise<void> {
    if (this.#sweeping !== undefined) return
    const failures = new Failures()
    for (const tier of this.#rooms.tiers.writable) await this.#sweepIfDue(tier, every).catch(failures.note)
    failures.end()
  }

  async #sweepIfDue(tier: Tier, every: number): Promise<void> {
    // Memory is nobody else's.
    if (tier.shelf !== undefined) return void (await sweepTier(tier, this.#rooms, 'in earnest'))
    const since = this.#rooms.clock.now() - (await sweptAt(tier))
    if (since >= 0 && since < every) return
    const { store } = tier
    const lease = await store.lease?.(LEASE, LEASED)
    if (store.lease !== undefined && lease === undefined) return
    try {
      await sweepTier(tier, this.#rooms, 'in earnest')
    } finally {
      // One that cannot be given back runs out by itself.
      await lease?.release().catch(() => undefined)
    }
  }

  audit(how: 'repair' | 'report'): Promise<AuditReport> {
    return audit(this.#rooms, how)
  }

  bring(key: string, tier: Tier): Promise<void> {
    return copyOne(this.#rooms, tier, key)
  }

  copyTo(target: Tier): Promise<CopyReport> {
    return copyAll(this.#rooms, target)
  }
}
