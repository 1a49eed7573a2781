import type { EntryRecord } from '../../../model/record.ts'
import type { Retention } from '../../../model/settings.ts'
import type { Tier } from '../tier.ts'
import { type AuditReport, audit } from './audit.ts'
import { type CopyReport, copyAll } from './copying.ts'
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
  readonly #sweeps = new Map<'dry' | 'in earnest', Promise<SweepReport>>()

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
    for await (const slice of everyEntry(this.#rooms, { after: undefined, failed: failures.note })) {
      const urls = new Set(slice.flatMap(({ entry }) => (chosen(entry) ? [entry.url] : [])))
      await tiers.invalidate([...urls], at)
    }
    failures.end()
  }

  /** Deletes all entries that are meant. Resolves with their number; rejects, all others done, where a tier fails. */
  remove(chosen: Chosen): Promise<number> {
    return removeChosen(this.#rooms, chosen)
  }

  /** One at a time: who asks while one is under way gets what that one comes to. */
  sweep(how: 'dry' | 'in earnest', retention: Rules): Promise<SweepReport> {
    const under = this.#sweeps.get(how)
    if (under !== undefined) return under
    const sweep = this.#sweepAll(how, retention).finally(() => this.#sweeps.delete(how))
    this.#sweeps.set(how, sweep)
    return sweep
  }

  async #sweepAll(how: 'dry' | 'in earnest', retention: Rules): Promise<SweepReport> {
    const sum = nothingSwept()
    const failures = new Failures()
    for (const tier of this.#rooms.tiers.writable) {
      const report = await sweepTier(tier, { ...this.#rooms, retention }, how).catch(failures.note)
      for (const name of Object.keys(sum) as (keyof SweepReport)[]) sum[name] += report?.[name] ?? 0
    }
    failures.end()
    return sum
  }

  /** Those tiers that nobody swept for `every` milliseconds, and that no other process sweeps now. */
  async sweepDue(every: number): Promise<void> {
    if (this.#sweeps.size > 0) return
    const failures = new Failures()
    for (const tier of this.#rooms.tiers.writable) await this.#sweepIfDue(tier, every).catch(failures.note)
    failures.end()
  }

  async #sweepIfDue(tier: Tier, every: number): Promise<void> {
    const { store } = tier
    if (tier.shelf === undefined) {
      const since = this.#rooms.clock.now() - (await sweptAt(tier))
      if (since >= 0 && since < every) return
    }
    const lease = tier.shelf === undefined ? await store.lease?.(LEASE, LEASED) : undefined
    if (tier.shelf === undefined && store.lease !== undefined && lease === undefined) return
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

  copyTo(target: Tier): Promise<CopyReport> {
    return copyAll(this.#rooms, target)
  }
}
