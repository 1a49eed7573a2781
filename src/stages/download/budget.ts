import type { Clock } from '../../model/clock.ts'

/** A stop-watch over monotonic time: what is spent in a queue, or on a body that makes progress, does not count. */
export class Budget {
  readonly #clock: Clock
  readonly #limit: number
  #spent = 0
  #runningSince: number | undefined

  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.#limit = limit
    this.#runningSince = clock.monotonic()
  }

  get left(): number {
    const running = this.#runningSince === undefined ? 0 : this.#clock.monotonic() - this.#runningSince
    return this.#limit - this.#spent - running
  }

  stop(): void {
    if (this.#runningSince === undefined) return
    this.#spent += this.#clock.monotonic() - this.#runningSince
    this.#runningSince = undefined
  }

  start(): void {
    this.#runningSince ??= this.#clock.monotonic()
  }
}
