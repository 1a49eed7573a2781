import type { Clock } from '../../../model/clock.ts'
import { HoldfastError } from '../../../model/errors.ts'
import type { Report } from '../../../model/events.ts'

/** Milliseconds from the first write of an instance: who writes once and ends has no need of it. */
const FIRST = 60 * 1000

const EVERY = 3600 * 1000

export interface ScheduleRooms {
  readonly clock: Clock
  readonly report: Report
  readonly background: (work: Promise<unknown>) => void
  /** Sweeps the tiers that were not swept for so long, in ms. */
  readonly sweep: (every: number) => Promise<void>
}

/** What is unnamed goes in the second sweep that finds it so: after the last write there are two. */
const AFTER_A_WRITE = 2

/** Sweeps by itself while there are writes: a minute after the first, then hourly, in one process of several. It never fails: it tells. */
export class Schedule {
  readonly #rooms: ScheduleRooms
  #timer: { cancel(): void } | undefined
  #due = 0
  /** Monotonic ms of the last sweep. */
  #lastAt = Number.NEGATIVE_INFINITY
  #isOver = false

  constructor(rooms: ScheduleRooms) {
    this.#rooms = rooms
  }

  /** Something was written. */
  begin(): void {
    this.#due = AFTER_A_WRITE
    if (this.#timer === undefined) this.#wait(Math.max(FIRST, EVERY - (this.#rooms.clock.monotonic() - this.#lastAt)))
  }

  end(): void {
    this.#isOver = true
    this.#timer?.cancel()
  }

  #wait(ms: number): void {
    if (this.#isOver) return
    this.#timer = this.#rooms.clock.setTimeout(() => this.#rooms.background(this.#sweep()), ms)
  }

  async #sweep(): Promise<void> {
    try {
      await this.#rooms.sweep(EVERY)
    } catch (error) {
      // Of a store that failed its guard has told.
      if (!this.#isOver && !(error instanceof HoldfastError && error.code === 'STORE'))
        this.#rooms.report('warning', () => ({ key: '', url: '', warning: `the sweep broke off: ${(error as Error).message}` }))
    } finally {
      this.#due--
      this.#timer = undefined
      this.#lastAt = this.#rooms.clock.monotonic()
      if (this.#due > 0) this.#wait(EVERY)
    }
  }
}
