import type { Clock } from 'holdfast'

/** The machine's clock, ahead of it: time that nobody wants to wait for is jumped over. */
export class HoppingClock implements Clock {
  readonly #hopped: (ahead: number) => void
  #ahead: number

  constructor(ahead: number, hopped: (ahead: number) => void) {
    this.#ahead = ahead
    this.#hopped = hopped
  }

  now(): number {
    return Date.now() + this.#ahead
  }

  monotonic(): number {
    return performance.now() + this.#ahead
  }

  setTimeout(fn: () => void, ms: number): { cancel(): void } {
    const timer = setTimeout(fn, ms)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  }

  /** Timers that are set already keep to the machine's time. */
  hop(ms: number): void {
    this.#ahead += ms
    this.#hopped(this.#ahead)
  }
}
