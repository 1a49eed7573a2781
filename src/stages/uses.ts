import type { Clock } from '../model/clock.ts'
import type { UseRecord } from '../model/record.ts'
import type { Served } from '../model/rooms.ts'
import { added, type Use, useOf } from '../policy/use.ts'

/** Entries whose use is counted in memory before some of it is written down. */
const MOST_PENDING = 1_000

/** Entries whose use is written down at once: few enough to be some milliseconds of SQLite's. */
const AT_ONCE = 256

/** What the calls of an instance came to: each is a hit, a miss, a revalidation or a fallback. */
export interface UseTotals {
  /** Answered from a tier, and nobody asked before that. */
  hits: number
  /** Of the hits, those that were stale, and refreshed behind. */
  stale: number
  /** Downloaded, or passed through. */
  misses: number
  /** Confirmed by the origin. */
  revalidated: number
  /** Answered with a stored version because the origin gave nothing acceptable. */
  fallbacks: number
  /** When the origin last confirmed the oldest of the versions that calls fall back to now. */
  oldestFallback?: Date
  /** Bytes of bodies that were answered from a tier, and not downloaded. */
  bytesSaved: number
  /** Calls that were answered. */
  requests: number
}

export interface UseRooms {
  readonly clock: Clock
  /** Whether anything can be written down. */
  readonly areKept: boolean
  /** Adds to what is written; false where it could not be. At most {@link AT_ONCE} of them. */
  readonly write: (uses: ReadonlyMap<string, Use>) => Promise<boolean>
  readonly read: (key: string) => Promise<UseRecord | undefined>
  readonly background: (work: Promise<unknown>) => void
  /** Has what was not counted yet counted. */
  readonly settle: () => void
}

/** Counts how entries are used. In memory, for a hit must not wait; written down with other writes. */
export class Uses {
  readonly #rooms: UseRooms
  readonly #pending = new Map<string, Use>()
  /** Entries that the last call fell back for → when their version was last confirmed, epoch ms. */
  readonly #falling = new Map<string, number>()
  #isFlushing = false
  readonly #totals = { hits: 0, stale: 0, misses: 0, revalidated: 0, fallbacks: 0, bytesSaved: 0, requests: 0 }

  constructor(rooms: UseRooms) {
    this.#rooms = rooms
  }

  /** `calls`: how many came to this. */
  count({ call: { key }, held, outcome, kept }: Pick<Served, 'call' | 'held' | 'outcome' | 'kept'>, calls = 1): void {
    const totals = this.#totals
    totals.requests += calls
    if (outcome === 'miss' || outcome === 'bypass') totals.misses += calls
    else {
      totals.bytesSaved += held.version.size * calls
      if (outcome === 'revalidated') totals.revalidated += calls
      else if (outcome === 'fallback') totals.fallbacks += calls
      else {
        totals.hits += calls
        if (outcome === 'stale') totals.stale += calls
      }
    }
    if (outcome === 'fallback') this.#falling.set(key, held.ref.checkedAt)
    else if (this.#falling.size > 0) this.#falling.delete(key)
    // A stream under way is counted at once: who waited for its end would weigh as long.
    if (held.ref.id !== '' || kept !== undefined) this.#note(key, outcome, calls)
  }

  /** The same answer was given so many times more, the last time at `at` (epoch ms). */
  countAgain({ call: { key }, held }: Pick<Served, 'call' | 'held'>, times: number, at: number): void {
    const totals = this.#totals
    totals.requests += times
    totals.hits += times
    totals.bytesSaved += times * held.version.size
    const again: Use = { requests: times, hits: times, fallbacks: 0, firstRequestedAt: at, lastRequestedAt: at }
    const use = this.#pending.get(key)
    if (use === undefined) this.#pending.set(key, again)
    else added(use, again, at)
  }

  #note(key: string, outcome: Served['outcome'], calls: number): void {
    const now = this.#rooms.clock.now()
    const use = this.#pending.get(key)
    if (use !== undefined) {
      added(use, useOf(outcome, now, calls), now)
      return
    }
    this.#pending.set(key, useOf(outcome, now, calls))
    if (this.#pending.size <= MOST_PENDING) return
    if (this.#rooms.areKept && !this.#isFlushing) this.#rooms.background(this.#flushOldest())
    else this.#forgetOldest()
  }

  /** What is counted of these entries is written down. */
  async #flush(keys: readonly string[]): Promise<void> {
    const uses = new Map<string, Use>()
    for (const key of keys) {
      const use = this.#pending.get(key)
      if (use !== undefined) uses.set(key, use)
      this.#pending.delete(key)
    }
    if (uses.size === 0 || (await this.#rooms.write(uses))) return
    // Nobody keeps them: they go on being counted here, as long as there is room.
    for (const [key, use] of uses) {
      const since = this.#pending.get(key)
      if (since !== undefined) added(use, since, since.lastRequestedAt)
      this.#pending.set(key, use)
    }
  }

  /** Half of them at once, where nobody takes them: a Map that gives up its oldest at each step looks ever longer for it. */
  #forgetOldest(): void {
    if (this.#pending.size <= 2 * MOST_PENDING) return
    for (const oldest of this.#pending.keys().take(this.#pending.size - MOST_PENDING)) this.#pending.delete(oldest)
  }

  async #flushOldest(): Promise<void> {
    this.#isFlushing = true
    try {
      this.#rooms.settle()
      await this.#flush(this.#pending.keys().take(AT_ONCE).toArray())
    } finally {
      this.#isFlushing = false
    }
    this.#forgetOldest()
  }

  async flushAll(): Promise<void> {
    this.#rooms.settle()
    const keys = [...this.#pending.keys()]
    for (let at = 0; at < keys.length; at += AT_ONCE) await this.#flush(keys.slice(at, at + AT_ONCE))
  }

  /** When an entry was last asked for, as far as that is not written down yet. Epoch ms. */
  lastRequestedAt(key: string): number | undefined {
    this.#rooms.settle()
    return this.#pending.get(key)?.lastRequestedAt
  }

  /** All that is known of an entry's use: what is written, and what is not yet. Rejects where nobody can say what is written. */
  async of(key: string): Promise<Use | undefined> {
    this.#rooms.settle()
    const written = await this.#rooms.read(key)
    const pending = this.#pending.get(key)
    if (written === undefined || pending === undefined) return pending ?? written
    const use = { ...written }
    added(use, pending, pending.lastRequestedAt)
    return use
  }

  totals(): UseTotals {
    this.#rooms.settle()
    // Not as arguments of Math.min: an outage may be of more entries than a call takes.
    const oldest = this.#falling.values().reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY)
    return { ...this.#totals, ...(Number.isFinite(oldest) && { oldestFallback: new Date(oldest) }) }
  }
}
