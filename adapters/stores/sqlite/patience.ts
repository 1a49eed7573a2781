import { clearTimeout, setTimeout } from 'node:timers'
import type { Clock } from '../../../src/model/clock.ts'
import { faultOf } from './faults.ts'

/** Milliseconds. Half of it at least is waited, the rest by chance, so that two who met do not meet again. */
const FIRST_PAUSE = 2
const LONGEST_PAUSE = 40

export interface PatienceFacts {
  readonly clock: Clock
  readonly random: () => number
  /** Milliseconds after which a locked database is a failure. */
  readonly bound: number
}

/**
 * Waits for a locked database without blocking: node:sqlite is synchronous, so SQLite's own busy time-out would freeze the program.
 */
export class Patience {
  readonly clock: Clock
  readonly bound: number
  readonly #random: () => number

  constructor({ clock, random, bound }: PatienceFacts) {
    this.clock = clock
    this.bound = bound
    this.#random = random
  }

  /** Runs until the database is not locked, or the bound is passed; any other failure is thrown at once. */
  async retry<T>(run: () => T): Promise<T> {
    const end = this.clock.monotonic() + this.bound
    for (let tries = 0; ; tries++) {
      try {
        return run()
      } catch (error) {
        if (faultOf(error) !== 'busy' || this.clock.monotonic() >= end) throw error
      }
      await this.pause(tries)
    }
  }

  async pause(tries: number): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** tries)
    // The clock's timers keep no process alive, but a write that somebody waits for must not be lost because nothing else goes on.
    const alive = setTimeout(() => undefined, this.bound)
    await new Promise<void>((resolve) => {
      this.clock.setTimeout(resolve, longest * (0.5 + this.#random() / 2))
    })
    clearTimeout(alive)
  }
}
