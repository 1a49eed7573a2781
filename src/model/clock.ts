/** Where time comes from, so that no test sleeps. */
export interface Clock {
  /** Epoch milliseconds; may jump. For what is written down. */
  now(): number
  /** Milliseconds that only grow. For waits and durations. */
  monotonic(): number
  setTimeout(fn: () => void, ms: number): { cancel(): void }
}

/** The longest delay Node's timers take; a longer one would fire after 1 ms. */
const LONGEST_TIMER = 2 ** 31 - 1

/** The machine's own clock. Its timers never keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(fn, ms) {
    const timer = setTimeout(fn, Math.min(Math.max(ms, 0), LONGEST_TIMER))
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}
