import type { Clock } from '../model/clock.ts'
import type { LabelRecord, Stamp } from '../model/record.ts'

/** Who said it, and when: what is said later counts, also within one millisecond or after a clock was set back. */
export class Stamps {
  readonly #clock: Clock
  readonly #by: string
  #last = 0

  constructor(clock: Clock, by: string) {
    this.#clock = clock
    this.#by = by
  }

  /** Later than `known`, which a process whose clock is ahead may have said. */
  next(known?: Stamp): Stamp {
    const now = this.#clock.now()
    const last = Math.max(this.#last, known?.at ?? 0)
    this.#last = now > last ? now : last + 0.001
    return { at: this.#last, by: this.#by }
  }

  /** Labels that come with a version are said now, whatever time that is given. */
  onLabels(
    said: Readonly<Record<string, Omit<LabelRecord, keyof Stamp>>>,
    known: Readonly<Record<string, LabelRecord>> = {},
  ): Record<string, LabelRecord> {
    return Object.fromEntries(
      Object.entries(said).map(([name, label]) => [name, { ...label, ...this.next(known[name]) }] as const),
    )
  }
}
