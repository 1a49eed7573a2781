import type { Clock } from '../../model/clock.ts'

interface Waiting {
  /** Monotonic milliseconds. */
  readonly until: number
  readonly late: () => void
}

/** Calls of one time limit, oldest first: the one that is late first is the first of them. */
interface Line {
  readonly waiting: Set<Waiting>
  timer: { cancel(): void } | undefined
}

/** Time limits of many short calls: those that have the same, and wait side by side, share one timer. */
export class Deadlines {
  readonly #clock: Clock
  readonly #lines = new Map<number, Line>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What `run` comes to; rejects with `why` where that takes longer than `limit`, in milliseconds. */
  within<T>(limit: number, run: () => Promise<T>, why: () => Error): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const leave = this.#enter(limit, () => reject(why()))
    run().then(
      (value) => {
        leave()
        resolve(value)
      },
      (error: unknown) => {
        leave()
        reject(error)
      },
    )
    return promise
  }

  #enter(limit: number, late: () => void): () => void {
    const line = this.#lineOf(limit)
    const one: Waiting = { until: this.#clock.monotonic() + limit, late }
    line.waiting.add(one)
    line.timer ??= this.#clock.setTimeout(() => this.#look(line), limit)
    return () => this.#leave(line, one)
  }

  #leave(line: Line, one: Waiting): void {
    if (!line.waiting.delete(one) || line.waiting.size > 0) return
    line.timer?.cancel()
    line.timer = undefined
  }

  #lineOf(limit: number): Line {
    const known = this.#lines.get(limit)
    if (known !== undefined) return known
    const line: Line = { waiting: new Set(), timer: undefined }
    this.#lines.set(limit, line)
    return line
  }

  #look(line: Line): void {
    line.timer = undefined
    const now = this.#clock.monotonic()
    for (const one of line.waiting) {
      if (one.until > now) {
        line.timer = this.#clock.setTimeout(() => this.#look(line), one.until - now)
        return
      }
      line.waiting.delete(one)
      one.late()
    }
  }
}
