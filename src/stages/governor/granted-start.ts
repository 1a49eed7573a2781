import { type Clock, pause } from '../../model/clock.ts'

/** Processes that may wait for one bucket at a time: a next start that is further off was written before a clock was set back. */
export const MOST_WAITING = 256

/** A start that is later than it was granted for is given up, for the next one of another process may follow at once; so often. */
const LATE = 20
const ANEW = 3

interface GrantedStart {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Waits for the start that `grant` gives, in milliseconds from now. By the clock that only grows: the time of day may be set back meanwhile,
 * and would be waited for.
 */
export async function grantedStart(grant: () => Promise<number>, { clock, signal }: GrantedStart): Promise<void> {
  for (let n = 0; ; n++) {
    const wait = await grant()
    const start = clock.monotonic() + wait
    while (clock.monotonic() < start) await pause(clock, start - clock.monotonic(), signal)
    if (clock.monotonic() - start <= LATE || n >= ANEW) return
  }
}
