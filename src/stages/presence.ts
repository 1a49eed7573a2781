// Not the global ones: a test that turns faked timers until none is left would never come to an end while a call is under way.
import { clearInterval, setInterval } from 'node:timers'

/** Milliseconds between two looks whether anybody waits still. To set and to clear a timer for each call would cost more than to keep one. */
const LONG = 10_000

/**
 * Keeps the process alive while a caller waits, as a pending fetch does; our own timers and idle sockets never do. Without it a program
 * whose only work is a call that pauses between two attempts would end in the middle of it.
 */
export class Presence {
  #waiting = 0
  #timer: NodeJS.Timeout | undefined

  async during<T>(work: Promise<T>): Promise<T> {
    this.enter()
    try {
      return await work
    } finally {
      this.leave()
    }
  }

  enter(): void {
    if (this.#waiting++ > 0) return
    this.#timer ??= setInterval(() => this.#look(), LONG)
    this.#timer.ref()
  }

  leave(): void {
    if (--this.#waiting === 0) this.#timer?.unref()
  }

  #look(): void {
    if (this.#waiting > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

/** The calls that are under way in one instance, so that `idle()` and `close()` can wait for them. */
export class Walks {
  readonly #presence: Presence
  readonly #underWay = new Set<Promise<unknown>>()

  constructor(presence: Presence) {
    this.#presence = presence
  }

  async during<T>(walk: Promise<T>): Promise<T> {
    this.#underWay.add(walk)
    this.#presence.enter()
    try {
      return await walk
    } finally {
      this.#presence.leave()
      this.#underWay.delete(walk)
    }
  }

  /** Resolves when none is under way, whatever became of them. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
  }
}
