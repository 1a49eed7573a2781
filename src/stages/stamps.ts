import type { Clock } from '../model/clock.ts'
import type { Stamp } from '../model/record.ts'

/** Who said it, and when: what is said later counts, also within one millisecond or after a clock was set back. */
export class Stamps {
  readonly #clock: Clock
  readonly #by: string
  #last = 0

  constructor(clock: Clock, by: string) {
    this.#clock = clock
    this.#by = by
  }

  next(): Stamp {
    const now = this.#clock.now()
    this.#last = now > this.#last ? now : this.#last + 0.001
    return { at: this.#last, by: this.#by }
  }
}
