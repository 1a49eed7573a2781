import type { Clock } from '../../src/index.ts'

/** The machine's clock, with hours that can be skipped: what is written down moves on, waits take as long as they take. */
export interface LateClock extends Clock {
  skip(hours: number): void
}

export function lateClock(): LateClock {
  let skipped = 0
  return {
    now: () => Date.now() + skipped,
    monotonic: () => performance.now(),
    setTimeout(fn, ms) {
      const timer = setTimeout(fn, ms)
      timer.unref()
      return { cancel: () => clearTimeout(timer) }
    },
    skip(hours) {
      skipped += hours * 3_600_000
    },
  }
}
