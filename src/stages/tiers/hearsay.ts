import type { Clock } from '../../model/clock.ts'
import type { EntryRecord } from '../../model/record.ts'
import { merge } from '../../policy/merge.ts'
import type { Tier } from './tier.ts'

/** Milliseconds for which an entry in memory is taken for what all processes know of it. */
const TRUSTED = 1_000

/**
 * What other processes say of entries that this one has in memory: new versions, verdicts, policies, invalidations. It is looked for behind
 * a hit, at most once a second for each entry, so that a hit waits for nobody and nobody is behind for long.
 */
export class Hearsay {
  readonly #live: readonly Tier[]
  readonly #others: readonly Tier[]
  readonly #clock: Clock
  readonly #background: (work: Promise<unknown>) => void
  /** By the entry as it stands in memory, monotonic ms: one that was just put there is news itself. */
  readonly #heardAt = new WeakMap<EntryRecord, number>()

  constructor(tiers: readonly Tier[], { clock, background }: { clock: Clock; background: (work: Promise<unknown>) => void }) {
    this.#live = tiers.filter(({ store }) => store.live !== undefined)
    this.#others = tiers.filter(({ store }) => store.live === undefined)
    this.#clock = clock
    this.#background = background
  }

  /** `entry` answers a call out of memory; `marks` concern it. */
  listen(entry: EntryRecord, marks: () => readonly string[]): void {
    if (this.#others.length === 0) return
    const now = this.#clock.monotonic()
    const at = this.#heardAt.get(entry)
    if (at !== undefined && now - at < TRUSTED) return
    this.#heardAt.set(entry, now)
    if (at !== undefined) this.#background(this.#hear(entry.key, marks()))
  }

  /** Milliseconds for which an entry in memory need not be listened for. */
  trustedFor(entry: EntryRecord): number {
    if (this.#others.length === 0) return Number.POSITIVE_INFINITY
    const at = this.#heardAt.get(entry)
    return at === undefined ? 0 : TRUSTED - (this.#clock.monotonic() - at)
  }

  async #hear(key: string, marks: readonly string[]): Promise<void> {
    const told = await Promise.all(this.#others.map((tier) => tier.entry(key, marks)))
    for (const tier of this.#live) {
      const known = tier.peekEntry(key)
      if (known === undefined) continue
      const merged = told.reduce<EntryRecord>((all, entry) => (entry === undefined ? all : merge(all, entry)), known)
      if (JSON.stringify(merged) !== JSON.stringify(known)) tier.rememberEntry(merged)
    }
  }
}
