import type { Clock } from '../../model/clock.ts'
import type { TimeoutSettings } from '../../model/settings.ts'
import { TransportFailure } from '../../model/transport.ts'

/** The span over which the lowest rate is measured, in milliseconds. */
const RATE_SPAN = 30_000

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
  #spanAt: number
  #spanBytes = 0

  constructor(clock: Clock, timeouts: TimeoutSettings, give: (reason: TransportFailure) => void) {
    this.#clock = clock
    this.#timeouts = timeouts
    this.#give = give
    this.#lastAt = clock.monotonic()
    this.#spanAt = this.#lastAt
    this.#arm()
  }

  arrived(bytes: number): void {
    this.#lastAt = this.#clock.monotonic()
    this.#spanBytes += bytes
  }

  /** The time that our own stores took is not the origin's silence. */
  excuse(since: number): void {
    const now = this.#clock.monotonic()
    this.#spanAt += now - since
    this.#lastAt = now
  }

  end(): void {
    this.#timer?.cancel()
  }

  #arm(): void {
    const now = this.#clock.monotonic()
    const next = Math.min(this.#lastAt + this.#timeouts.stall, this.#spanAt + RATE_SPAN) - now
    this.#timer = this.#clock.setTimeout(() => this.#look(), Math.max(next, 1))
  }

  #look(): void {
    const now = this.#clock.monotonic()
    if (now - this.#lastAt >= this.#timeouts.stall) {
      this.#give(new TransportFailure('STALLED', `the body fell silent for ${this.#timeouts.stall} ms (timeouts.stall)`))
      return
    }
    if (now - this.#spanAt >= RATE_SPAN) {
      const least = this.#timeouts.minRate * (RATE_SPAN / 1000)
      if (this.#spanBytes < least) {
        this.#give(
          new TransportFailure(
            'STALLED',
            `the body came at less than ${this.#timeouts.minRate} bytes a second over 30 s (timeouts.minRate); for a stream that never ends, say delivery: 'live'`,
          ),
        )
        return
      }
      this.#spanAt = now
      this.#spanBytes = 0
    }
    this.#arm()
  }
}
