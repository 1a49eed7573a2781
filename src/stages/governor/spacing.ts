import type { Clock } from '../../model/clock.ts'
import { MOST_IDLE } from '../../model/limits.ts'
import { Recollection } from '../../model/recollection.ts'

/** How far apart a host wants its requests to start. */
export interface Distance {
  /** Milliseconds. */
  readonly least: number
  /** Monotonic milliseconds of the request that brought it: a start, too. */
  readonly since: number
}

/** The least distance between two starts of a line. Where hosts share it, the longest that one of them asks for. */
export class Spacing {
  readonly #clock: Clock
  readonly #wake: () => void
  /** Milliseconds by host. */
  readonly #asked = new Recollection<string, number>(MOST_IDLE)
  #least = 0
  #last = Number.NEGATIVE_INFINITY
  #timer: { cancel(): void } | undefined

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock
    this.#wake = wake
  }

  /** What a host asks for from now on. Who waits sees it at the next look. */
  keep(host: string, { least, since }: Distance): void {
    this.#last = Math.max(this.#last, since)
    const before = this.#asked.get(host) ?? 0
    if (least === before) return
    if (least > 0) this.#asked.set(host, least)
    else this.#asked.delete(host)
    this.#least = Math.max(0, ...[...this.#asked.entries()].map(([, asked]) => asked))
  }

  /** Milliseconds; 0: none. */
  get least(): number {
    return this.#least
  }

  /** Whether one may go now. Where not, it wakes the line when that changes. */
  isOpen(): boolean {
    const early = this.restsIn
    if (early > 0) {
      this.#timer?.cancel()
      this.#timer = this.#clock.setTimeout(this.#wake, early)
    }
    return early <= 0
  }

  /** One goes. */
  pass(): void {
    this.#last = this.#clock.monotonic()
  }

  /** Milliseconds until the last start need not be remembered. */
  get restsIn(): number {
    return this.#least === 0 ? 0 : Math.max(0, this.#last + this.#least - this.#clock.monotonic())
  }

  close(): void {
    this.#timer?.cancel()
  }
}
