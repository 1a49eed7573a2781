import type { Clock } from '../../../src/model/clock.ts'
import type { Lease } from '../../../src/model/store.ts'
import { fenced } from '../failures.ts'

/** Grants are forgotten when there are this many, and then at each doubling. */
const FORGET_AT = 1024

/** Milliseconds after which a lease that ran out may be forgotten. */
const FORGET_AFTER = 3_600_000

interface Grant {
  generation: number
  /** Monotonic milliseconds: a clock that is set must not prolong a lease. */
  until: number
}

/** Leases within one process. */
export class MemoryLeases {
  readonly #clock: Clock
  readonly #grants = new Map<string, Grant>()
  #forgetAt = FORGET_AT
  /** The highest generation forgotten: the next grant of a forgotten key must be above it. */
  #floor = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  grant(key: string, ms: number): Lease | undefined {
    const now = this.#clock.monotonic()
    const held = this.#grants.get(key)
    if (held !== undefined && held.until > now) return undefined
    const generation = (held?.generation ?? this.#floor) + 1
    this.#grants.set(key, { generation, until: now + ms })
    if (this.#grants.size > this.#forgetAt) this.#forget(now)
    return {
      key,
      generation,
      extend: async (more) => this.#extend(key, generation, more),
      release: async () => this.#release(key, generation),
    }
  }

  /** @throws FENCED where it was granted to somebody else since, or given back. */
  check(fence: Lease | undefined): void {
    if (fence !== undefined && this.#grants.get(fence.key)?.generation !== fence.generation) throw fenced(fence)
  }

  #extend(key: string, generation: number, ms: number): boolean {
    const now = this.#clock.monotonic()
    const grant = this.#grants.get(key)
    if (grant === undefined || grant.generation !== generation || grant.until <= now) return false
    grant.until = now + ms
    return true
  }

  #release(key: string, generation: number): void {
    if (this.#grants.get(key)?.generation !== generation) return
    this.#grants.delete(key)
    this.#floor = Math.max(this.#floor, generation)
  }

  #forget(now: number): void {
    for (const [key, { generation, until }] of this.#grants) {
      if (until > now - FORGET_AFTER) continue
      this.#grants.delete(key)
      this.#floor = Math.max(this.#floor, generation)
    }
    this.#forgetAt = Math.max(FORGET_AT, this.#grants.size * 2)
  }
}
