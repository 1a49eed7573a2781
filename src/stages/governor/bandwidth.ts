import { type Clock, pause } from '../../model/clock.ts'
import type { Watching } from '../../model/rooms.ts'

/** Pieces of a body are no larger than what may come in this part of a second, so that a slow rate is a slow flow and not a row of gusts. */
const PART_OF_A_SECOND = 4

/** The rate at which the bodies of one host may come, all together. */
export class Bandwidth {
  readonly #bytesPerSecond: number
  readonly #clock: Clock
  /** Monotonic milliseconds until which what came so far takes at this rate. */
  #takenUntil = 0

  constructor(bytesPerSecond: number, clock: Clock) {
    this.#bytesPerSecond = bytesPerSecond
    this.#clock = clock
  }

  /** Milliseconds until what came is over, as far as the rate goes. */
  get restsIn(): number {
    return this.#takenUntil - this.#clock.monotonic()
  }

  /** The same bytes in smaller pieces, each in its time; the transport is read no faster, so the origin sends no faster. */
  async *flow(
    body: AsyncIterable<Uint8Array>,
    { signal, watch }: { signal: AbortSignal; watch: Watching | undefined },
  ): AsyncGenerator<Uint8Array> {
    const most = Math.max(1, Math.floor(this.#bytesPerSecond / PART_OF_A_SECOND))
    for await (const arrived of body) {
      for (let from = 0; from < arrived.length; from += most) {
        const piece = arrived.subarray(from, from + most)
        const wait = this.#take(piece.length)
        if (wait > 0) {
          watch?.rest()
          await pause(this.#clock, wait, signal)
          watch?.wake()
        }
        yield piece
      }
    }
  }

  #take(bytes: number): number {
    const now = this.#clock.monotonic()
    const from = Math.max(now, this.#takenUntil)
    this.#takenUntil = from + (bytes * 1000) / this.#bytesPerSecond
    return from - now
  }
}

/** One for each host whose bodies come now, or came a moment ago. */
export class Bandwidths {
  readonly #bytesPerSecond: number
  readonly #clock: Clock
  readonly #kept = new Map<string, { readonly bandwidth: Bandwidth; users: number }>()

  constructor(bytesPerSecond: number, clock: Clock) {
    this.#bytesPerSecond = bytesPerSecond
    this.#clock = clock
  }

  async *flow(
    bucket: string,
    body: AsyncIterable<Uint8Array>,
    how: { signal: AbortSignal; watch: Watching | undefined },
  ): AsyncGenerator<Uint8Array> {
    const kept = this.#kept.get(bucket) ?? { bandwidth: new Bandwidth(this.#bytesPerSecond, this.#clock), users: 0 }
    this.#kept.set(bucket, kept)
    kept.users += 1
    try {
      yield* kept.bandwidth.flow(body, how)
    } finally {
      kept.users -= 1
      this.#tidy(bucket, kept)
    }
  }

  /** What the last body took is not forgotten before it is over: many small bodies would each come at once. */
  #tidy(bucket: string, kept: { readonly bandwidth: Bandwidth; readonly users: number }): void {
    if (kept.users > 0) return
    if (kept.bandwidth.restsIn <= 0) this.#kept.delete(bucket)
    else this.#clock.setTimeout(() => this.#tidy(bucket, kept), kept.bandwidth.restsIn)
  }
}
