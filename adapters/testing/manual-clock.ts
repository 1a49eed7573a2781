import { setImmediate } from 'node:timers'
import type { Clock } from '../../src/model/clock.ts'

/** A clock that stands still until a test turns it. */
export interface ManualClock extends Clock {
  /**
   * Lets `ms` milliseconds pass: fires the timers that fall due, in order, each at its own time. Promise chains run to their
   * end before the first, after each, and after the last, so that a timer which they set within the span fires too.
   * What waits for a socket, a file or a child process is not waited for.
   */
  advance(ms: number): Promise<void>
  /** Sets the wall clock by `ms`, forwards or back, as an administrator or NTP does: no time passes and no timer fires. */
  jump(ms: number): void
  /** How many timers wait. */
  readonly pending: number
}

interface Timer {
  readonly due: number
  readonly fn: () => void
}

/** The default start is no special day; it is fixed, so that a failure can be repeated. */
const START = Date.UTC(2026, 0, 15, 12)

/** A {@link ManualClock} that shows `start` (epoch milliseconds, default noon of 15 January 2026, UTC). */
export function manualClock(start: number = START): ManualClock {
  return new HandTurned(start)
}

class HandTurned implements ManualClock {
  readonly #timers = new Set<Timer>()
  #wall: number
  #passed = 0

  constructor(start: number) {
    this.#wall = start
  }

  get pending(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#wall
  }

  monotonic(): number {
    return this.#passed
  }

  setTimeout(fn: () => void, ms: number): { cancel(): void } {
    const timer: Timer = { due: this.#passed + Math.max(0, ms), fn }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }

  jump(ms: number): void {
    this.#wall += ms
  }

  async advance(ms: number): Promise<void> {
    const end = this.#passed + ms
    await chainsRun()
    for (let timer = this.#nextUntil(end); timer !== undefined; timer = this.#nextUntil(end)) {
      this.#moveTo(timer.due)
      this.#timers.delete(timer)
      timer.fn()
      await chainsRun()
    }
    this.#moveTo(end)
    await chainsRun()
  }

  /** The earliest; of several, the one that was set first, which a Set's order gives. */
  #nextUntil(end: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.due <= end && (next === undefined || timer.due < next.due)) next = timer
    }
    return next
  }

  #moveTo(passed: number): void {
    const step = Math.max(0, passed - this.#passed)
    this.#passed += step
    this.#wall += step
  }
}

/** Rounds of the event loop that a store in this process needs to answer: one to gather writes, one to commit, and what follows on them. */
const ROUNDS = 4

/** All microtasks run before the event loop comes to its immediates, however many they beget. */
async function chainsRun(): Promise<void> {
  for (let n = 0; n < ROUNDS; n++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
}
