import type { Clock } from '../../model/clock.ts'
import type { Pace } from '../../model/limits.ts'
import { tooEarly } from '../../policy/pace.ts'
import type { Pacer } from './pacer.ts'

/**
 * Milliseconds before a start for which the pacer is asked: it takes some, so no sooner and no later. Until then our own timer waits, for
 * those of the libraries keep the process alive when everybody has left.
 */
const LEAD = 20

/**
 * The gate of a host that has a rate. It asks its pacer for one start at a time and holds it until somebody goes: who leaves the queue
 * uses none up, and whoever is first by then has it.
 */
export class Gate {
  readonly pace: Pace
  readonly #pacer: Pacer
  readonly #clock: Clock
  readonly #wake: () => void
  /** The last starts, oldest first: at least as many as one span may have. */
  #log: number[] = []
  /** Monotonic milliseconds of the start that was granted and is not used yet. */
  #granted: number | undefined
  #asking = false
  #timer: { cancel(): void } | undefined

  constructor(pace: Pace, pacer: Pacer, { clock, wake }: { clock: Clock; wake: () => void }) {
    this.pace = pace
    this.#pacer = pacer
    this.#clock = clock
    this.#wake = wake
  }

  /** Whether one may go now. Where not, it wakes the line when that changes. */
  isOpen(): boolean {
    const now = this.#clock.monotonic()
    const early = tooEarly(this.pace, this.#log, now)
    if (early > LEAD) {
      this.#wakeIn(Math.ceil(early - LEAD))
      return false
    }
    if (this.#granted !== undefined && now - this.#granted > this.#pacer.lasts) this.#granted = undefined
    if (this.#granted === undefined) {
      this.#ask()
      return false
    }
    if (early > 0) this.#wakeIn(early)
    return early <= 0
  }

  /** One goes. */
  pass(): void {
    this.#granted = undefined
    this.#log.push(this.#clock.monotonic())
    if (this.#log.length > 2 * this.pace.starts) this.#log = this.#log.slice(-this.pace.starts)
  }

  /** Milliseconds until nothing of it need be remembered. */
  get restsIn(): number {
    const last = this.#log.at(-1)
    return last === undefined ? 0 : Math.max(0, last + this.pace.within - this.#clock.monotonic())
  }

  close(): Promise<void> {
    this.#timer?.cancel()
    return this.#pacer.close()
  }

  #ask(): void {
    if (this.#asking) return
    this.#asking = true
    const asked = (): void => {
      this.#asking = false
      this.#granted = this.#clock.monotonic()
      this.#wake()
    }
    // Where it is closed, or broken, its own log keeps the pace.
    this.#pacer.next().then(asked, asked)
  }

  #wakeIn(ms: number): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.setTimeout(this.#wake, ms)
  }
}
