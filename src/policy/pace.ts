import type { Pace } from '../model/limits.ts'

/**
 * `rate` starts each `per` milliseconds, `burst` of them at once. Evenly spaced is one in `per / rate`. A burst of n comes as often as
 * fits whole into `rate`, so that no sliding `per` holds more than `rate`: what a burst leaves over of the rate is not used
 * (rate 10 and burst 4 makes 4 in each half of `per`).
 */
export function paceOf({ rate, per, burst }: { rate: number; per: number; burst: number }): Pace {
  if (burst <= 1) return { starts: 1, within: per / rate }
  return { starts: burst, within: per / Math.max(1, Math.floor(rate / burst)) }
}

/** Starts a second. */
export function perSecond({ starts, within }: Pace): number {
  return (starts * 1000) / within
}

/** Beyond this many starts a second bottleneck, at 2 to 5 ms a job, is itself what limits. */
const FASTEST_OF_BOTTLENECK = 200

/** And of a larger burst the last would wait for it, where all may go at once. */
const LARGEST_OF_BOTTLENECK = 20

export function isFast(pace: Pace): boolean {
  return perSecond(pace) > FASTEST_OF_BOTTLENECK || pace.starts > LARGEST_OF_BOTTLENECK
}

/**
 * Milliseconds until one more start keeps the pace, seen from the starts so far, oldest first. A timer may fire late, and the one after
 * it in time: what was granted a whole span apart would then start closer together.
 */
export function tooEarly({ starts, within }: Pace, log: readonly number[], now: number): number {
  const oldest = log.at(-starts)
  return oldest === undefined ? 0 : Math.max(0, oldest + within - now)
}
