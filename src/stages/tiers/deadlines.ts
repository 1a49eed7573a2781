import type { Clock } from '../../model/clock.ts'

interface Waiting {
  /** Monotonic milliseconds. */
  until: number
  isMadeUpFor: boolean
  readonly late: () => void
}

/** Calls of one time limit, oldest first: the one that is late first is the first of them. */
interface Line {
  readonly limit: number
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
    const one: Waiting = { until: this.#clock.monotonic() + limit, isMadeUpFor: false, late }
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
    const line: Line = { limit, waiting: new Set(), timer: undefined }
    this.#lines.set(limit, line)
    return line
  }

  #look(line: Line): void {
    line.timer = undefined
    const now = this.#clock.monotonic()
    makeUp(line, now)
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

/**
 * Gives back, once to each, the time in which this program had no turn: a timer that comes late comes before the answers that have been
 * lying there. Never more than a limit, so that the line stays in order.
 */
function makeUp({ limit, waiting }: Line, now: number): void {
  const [first] = waiting
  const end = now + Math.min(limit, first === undefined ? 0 : now - first.until)
  for (const one of waiting) {
    if (one.isMadeUpFor || one.until >= end) continue
    one.until = end
    one.isMadeUpFor = true
  }
}
