import type { Clock } from '../../../model/clock.ts'
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

/** Sweeps by itself: a minute after the first write, then hourly, in one process of several. It never fails: it tells. */
export class Schedule {
  readonly #rooms: ScheduleRooms
  #timer: { cancel(): void } | undefined
  #isOver = false

  constructor(rooms: ScheduleRooms) {
    this.#rooms = rooms
  }

  begin(): void {
    if (this.#timer === undefined) this.#wait(FIRST)
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
      if (!this.#isOver)
        this.#rooms.report('warning', () => ({ key: '', url: '', warning: `the sweep broke off: ${(error as Error).message}` }))
    } finally {
      this.#wait(EVERY)
    }
  }
}
