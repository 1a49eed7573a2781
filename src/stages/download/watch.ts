import { allow, type Clock } from '../../model/clock.ts'
import type { TimeoutSettings } from '../../model/settings.ts'
import { TransportFailure } from '../../model/transport.ts'

/** The lowest rate is one over this many milliseconds, looked at in steps of this length. */
const STEP = 5_000
const STEPS = 6

/**
 * Watches a body arrive: gives it up when it falls silent, or is slower than the lowest rate. One timer at a time, that looks at
 * what has come since; a timer set anew for each piece would cost more than the piece.
 */
export class Watch {
  readonly #clock: Clock
  readonly #timeouts: TimeoutSettings
  readonly #give: (reason: TransportFailure) => void
  #timer: { cancel(): void } | undefined
  #lastAt: number
  #restingSince: number | undefined
  #stepAt: number
  #stepBytes = 0
  /** Bytes of the steps before, newest last. */
  #steps: number[] = []

  constructor(clock: Clock, timeouts: TimeoutSettings, give: (reason: TransportFailure) => void) {
    this.#clock = clock
    this.#timeouts = timeouts
    this.#give = give
    this.#lastAt = clock.monotonic()
    this.#stepAt = this.#lastAt
    this.#arm()
  }

  arrived(bytes: number): void {
    this.#lastAt = this.#clock.monotonic()
    this.#stepBytes += bytes
  }

  /** The time that our own stores took is not the origin's silence. */
  excuse(since: number): void {
    const now = this.#clock.monotonic()
    this.#stepAt += now - since
    this.#lastAt = now
  }

  /** Nobody asks for more: from here to `wake` silence is the reader's. */
  rest(): void {
    this.#restingSince = this.#clock.monotonic()
  }

  wake(): void {
    if (this.#restingSince === undefined) return
    this.excuse(this.#restingSince)
    this.#restingSince = undefined
    this.#timer?.cancel()
    this.#arm()
  }

  end(): void {
    this.#timer?.cancel()
  }

  #arm(): void {
    const next = Math.min(this.#lastAt + this.#timeouts.stall, this.#stepAt + STEP) - this.#clock.monotonic()
    this.#timer = allow(this.#clock, Math.max(next, 1), () => this.#look())
  }

  #look(): void {
    if (this.#restingSince !== undefined) return
    const now = this.#clock.monotonic()
    const { stall, minRate } = this.#timeouts
    if (now - this.#lastAt >= stall) {
      this.#give(new TransportFailure('STALLED', `the body fell silent for ${stall} ms (timeouts.stall)`))
    } else if (now - this.#stepAt >= STEP && this.#isTooSlow(now)) {
      const over = (STEP * STEPS) / 1000
      this.#give(
        new TransportFailure(
          'STALLED',
          `the body came at less than ${minRate} bytes a second over ${over} s (timeouts.minRate); for a stream that never ends, say delivery: 'live'`,
        ),
      )
    } else this.#arm()
  }

  /** Ends a step, and looks at the last ones together once there are enough of them. */
  #isTooSlow(now: number): boolean {
    this.#steps = [...this.#steps, this.#stepBytes].slice(-STEPS)
    this.#stepAt = now
    this.#stepBytes = 0
    const bytes = this.#steps.reduce((sum, step) => sum + step, 0)
    return this.#steps.length === STEPS && bytes < this.#timeouts.minRate * ((STEP * STEPS) / 1000)
  }
}
