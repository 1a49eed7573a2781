import { setImmediate } from 'node:timers'

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

/**
 * A limit on how long somebody else may take. A timer that comes late comes before what has been lying there: the time in which this
 * program had no turn is given back, once, and never more than the limit.
 */
export function allow(clock: Clock, ms: number, late: () => void): { cancel(): void } {
  const due = clock.monotonic() + ms
  let timer = clock.setTimeout(() => {
    const missed = Math.min(clock.monotonic() - due, ms)
    if (missed > 0) timer = clock.setTimeout(late, missed)
    else late()
  }, ms)
  return { cancel: () => timer.cancel() }
}

/** Waits `ms` by a clock; rejects with the signal's reason when it is given up. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason)
  if (ms <= 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const give = (): void => {
      timer.cancel()
      reject(signal.reason)
    }
    const timer = clock.setTimeout(() => {
      signal.removeEventListener('abort', give)
      resolve()
    }, ms)
    signal.addEventListener('abort', give, { once: true })
  })
}

/**
 * Node's own, for a test that fakes the global may have begun before us; and taken when we are loaded, for some fake this one too. What waits
 * for a round of its own would wait for ever, also when the test is over.
 */
const atNextRound = setImmediate

/** Lets the event loop go round once, so that long work freezes nobody. It is no time: a hand-turned clock has no part in it. */
export function nextRound(): Promise<void> {
  return new Promise((resolve) => {
    atNextRound(resolve)
  })
}
