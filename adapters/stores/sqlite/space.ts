import type { Clock } from '../../../src/model/clock.ts'
import { storeFailure } from '../failures.ts'
import type { Recency } from './recency.ts'
import type { Given } from './rows.ts'
import type { Tables } from './tables.ts'

/** What was given up. */
export interface GivenUp {
  readonly records: Given[]
  readonly bodies: Given[]
}

/** Groups looked at in one step. */
const STEP = 32

/** Bytes below the bound from which on no transaction can reach it, however badly its growth was guessed. */
const AMPLE = 64 * 1024 * 1024

/**
 * For so many milliseconds, and so many bytes of our own, what was found to be ample is not looked at again, which costs as much as a row. Half
 * of it is left to all other processes together: more than one disk takes in that time.
 */
const AMPLE_FOR = { ms: 50, bytes: AMPLE / 2 }

interface SpaceFacts {
  readonly tables: Tables
  readonly recency: Recency
  readonly clock: Clock
  readonly file: string
  readonly maxBytes: number
}

/**
 * Keeps the store within its bound, in pages of the file that are in use and bytes of body files.
 *
 * The bound is hard. The file itself may be larger for a while by pages that are free and wait for the vacuum; they are used again
 * first. SQLite's log stands beside it, some 4 to 8 MB while the database is in use.
 */
export class Space {
  readonly #tables: Tables
  readonly #recency: Recency
  readonly #file: string
  readonly #pageSize: number
  readonly #clock: Clock
  #maxBytes: number
  /** Until when, monotonic, and for how many bytes more there is ample room. */
  #ample = { until: Number.NEGATIVE_INFINITY, bytes: 0 }

  constructor({ tables, recency, clock, file, maxBytes }: SpaceFacts) {
    this.#tables = tables
    this.#recency = recency
    this.#clock = clock
    this.#file = file
    this.#maxBytes = maxBytes
    this.#pageSize = tables.pageSize()
  }

  /** Of several users in one process the one who wants the least decides. */
  lower(maxBytes: number): void {
    this.#maxBytes = Math.min(this.#maxBytes, maxBytes)
    this.#ample = { until: Number.NEGATIVE_INFINITY, bytes: 0 }
  }

  /** Whether the bound is so far off that a transaction which grows by about so much need not look at it. */
  isAmple(growth: number): boolean {
    const now = this.#clock.monotonic()
    if (now >= this.#ample.until || growth > this.#ample.bytes) {
      if (!this.fits(AMPLE + growth)) return false
      this.#ample = { until: now + AMPLE_FOR.ms, bytes: AMPLE_FOR.bytes }
    }
    this.#ample.bytes -= growth
    return true
  }

  /**
   * Gives up the least recently used groups until `more` bytes fit; never those that are being written, or held by a pin.
   *
   * @throws STORE where they cannot fit.
   */
  makeRoom(more: number, writing: ReadonlySet<string>, now: number): GivenUp {
    const given: GivenUp = { records: [], bodies: [] }
    if (this.fits(more)) return given
    this.#recency.settle(this.#tables)
    while (!this.fits(more)) {
      const victims = this.#tables.leastRecentlyUsed(STEP + writing.size, now).filter(({ name }) => !writing.has(name))
      if (victims.length === 0)
        throw storeFailure(
          `sqlite ${this.#file}: ${more} bytes more do not fit into maxBytes (${this.#maxBytes}) beside what is pinned`,
        )
      this.#giveUp(victims, more, given)
    }
    return given
  }

  #giveUp(victims: readonly { id: number }[], more: number, given: GivenUp): void {
    for (const { id } of victims) {
      const { records, bodies } = this.#tables.removeGroup(id)
      given.records.push(...records)
      given.bodies.push(...bodies)
      if (this.fits(more)) return
    }
  }

  /** Whether so many bytes more are within the bound as it is. */
  fits(more: number): boolean {
    const taken = this.#tables.pages() * this.#pageSize + this.#tables.bodyBytes() + more
    return taken <= this.#maxBytes || taken - this.#tables.freePages() * this.#pageSize <= this.#maxBytes
  }
}
