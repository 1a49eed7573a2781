import type { Clock } from '../../../src/model/clock.ts'
import { HoldfastError } from '../../../src/model/errors.ts'
import type { Recency } from './recency.ts'
import type { GivenUp, Space } from './space.ts'
import type { Tables } from './tables.ts'
import type { Vacuum } from './vacuum.ts'

/** One write of a caller. It happens as a whole or not at all. */
export interface Write<T> {
  /** By how much it may make the store grow, about. */
  readonly bytes: number
  /** What must not be given up to make room for it. */
  readonly groups: readonly string[]
  /** It leaves all records as they are. */
  readonly isOfLease?: boolean
  /** Keys that may not have been there before. */
  readonly brings?: readonly string[]
  /** Throws a HoldfastError, before it has changed anything, to refuse this one write. */
  readonly run: (tables: Tables, now: number) => T
}

export type Outcome = { readonly value: unknown } | { readonly refused: HoldfastError }

/** Side work of one transaction, in rows: few enough to be unfelt. */
const SLICE = 64

/** Milliseconds between two looks for what has expired. */
const TIDY_EVERY = 1_000

const DAY = 86_400_000

const NOTHING: GivenUp = { records: [], bodies: [] }

interface TransactionRooms {
  readonly tables: Tables
  readonly space: Space
  readonly recency: Recency
  readonly clock: Clock
  readonly vacuum: Vacuum
  readonly givenUp: (given: GivenUp) => void
}

/** Does the writes of one turn in one transaction, and the housekeeping with it. */
export class Transactions {
  readonly #tables: Tables
  readonly #space: Space
  readonly #recency: Recency
  readonly #clock: Clock
  readonly #vacuum: Vacuum
  readonly #givenUp: (given: GivenUp) => void
  /** Epoch milliseconds. */
  #tidiedAt = 0

  constructor(rooms: TransactionRooms) {
    this.#tables = rooms.tables
    this.#space = rooms.space
    this.#recency = rooms.recency
    this.#clock = rooms.clock
    this.#vacuum = rooms.vacuum
    this.#givenUp = rooms.givenUp
  }

  /** One outcome for each write. Throws where the transaction as a whole failed: then nothing was written. */
  commit(writes: readonly Write<unknown>[]): Outcome[] {
    const writing = new Set(writes.flatMap(({ groups }) => groups))
    const growth = writes.reduce((sum, { bytes }) => sum + bytes, 0)
    const tables = this.#tables
    tables.begin()
    // With the lock in hand: what others have committed must not look as if it were of a later time.
    const now = Math.floor(this.#clock.now())
    try {
      // A lease comes before each download, and would write the order of use once more than the download itself.
      if (writing.size > 0) this.#recency.settle(this.#tables, SLICE)
      this.#tidy(now)
      const isAmple = this.#space.isAmple(growth)
      const room = (more: number): GivenUp => (isAmple ? NOTHING : this.#space.makeRoom(more, writing, now))
      const before = room(growth)
      const outcomes = writes.map((write) => attempt(write, tables, now))
      const after = room(0)
      // Asked here, where the first page is in hand; outside it would be a transaction of its own.
      const isDue = this.#vacuum.isDue()
      tables.commit()
      if (isDue) this.#vacuum.begin()
      this.#givenUp({ records: [...before.records, ...after.records], bodies: [...before.bodies, ...after.bodies] })
      return outcomes
    } catch (error) {
      tables.rollback()
      throw error
    }
  }

  /** All that is remembered of reads, before the store closes. */
  remember(): void {
    this.#tables.begin()
    this.#recency.settle(this.#tables)
    this.#tables.commit()
  }

  #tidy(now: number): void {
    // Looking for what has ended costs a tenth of a small write, so not each one does it. A clock that was set back is no reason to wait.
    if (Math.abs(now - this.#tidiedAt) < TIDY_EVERY) return
    this.#tidiedAt = now
    this.#tables.removeExpired(now, SLICE)
    this.#tables.removeLeases(now - DAY, SLICE)
  }
}

function attempt(write: Write<unknown>, tables: Tables, now: number): Outcome {
  try {
    return { value: write.run(tables, now) }
  } catch (error) {
    if (error instanceof HoldfastError) return { refused: error }
    throw error
  }
}
