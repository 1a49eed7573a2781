import { nextRound } from '../../../src/model/clock.ts'
import { faultOf } from './faults.ts'
import type { Patience } from './patience.ts'
import type { Outcome, Write } from './transactions.ts'

/** Bytes of one transaction: more would hold up the event loop too long. */
const TURN_BYTES = 4 * 1024 * 1024

interface Waiting {
  readonly write: Write<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: Error) => void
  /** Monotonic milliseconds. */
  readonly deadline: number
  /** It was in a transaction that failed, and is tried without the others. */
  alone: boolean
}

/**
 * Gathers the writes of one turn of the event loop into one transaction. Each caller waits for its commit.
 *
 * While another process holds the lock, the writes wait here, and new ones join them.
 */
export class WriteQueue {
  readonly #patience: Patience
  readonly #commit: (writes: readonly Write<unknown>[]) => Outcome[]
  readonly #explain: (error: unknown) => Error
  #waiting: Waiting[] = []
  #draining: Promise<void> | undefined
  #ended: Error | undefined

  constructor({
    patience,
    commit,
    explain,
  }: {
    patience: Patience
    commit: (writes: readonly Write<unknown>[]) => Outcome[]
    explain: (error: unknown) => Error
  }) {
    this.#patience = patience
    this.#commit = commit
    this.#explain = explain
  }

  add<T>(write: Write<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended)
      const deadline = this.#patience.clock.monotonic() + this.#patience.bound
      this.#waiting.push({ write, resolve: resolve as (value: unknown) => void, reject, deadline, alone: false })
      this.#draining ??= this.#drain()
    })
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Resolves when all that waits now is decided. */
  async settled(): Promise<void> {
    await this.#draining
  }

  /** Refuses all that waits, and all that comes. */
  end(reason: Error): void {
    this.#ended = reason
    for (const { reject } of this.#waiting) reject(reason)
    this.#waiting = []
  }

  async #drain(): Promise<void> {
    let lockedOut = 0
    await nextRound()
    while (this.#waiting.length > 0) {
      const batch = this.#take()
      const failure = this.#tryToCommit(batch)
      if (failure === undefined) {
        lockedOut = 0
      } else if (faultOf(failure.error) === 'busy') {
        this.#waitOn(batch, failure.error)
        await this.#patience.pause(lockedOut++)
      } else {
        this.#failed(batch, failure.error)
      }
      await nextRound()
    }
    this.#draining = undefined
  }

  #take(): Waiting[] {
    let bytes = 0
    let count = 0
    for (const { write, alone } of this.#waiting) {
      if (count > 0 && (alone || bytes + write.bytes > TURN_BYTES)) break
      bytes += write.bytes
      count++
      if (alone) break
    }
    return this.#waiting.splice(0, count)
  }

  #tryToCommit(batch: readonly Waiting[]): { error: unknown } | undefined {
    let outcomes: Outcome[]
    try {
      outcomes = this.#commit(batch.map(({ write }) => write))
    } catch (error) {
      return { error }
    }
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index] as Outcome
      if ('refused' in outcome) reject(outcome.refused)
      else resolve(outcome.value)
    }
    return undefined
  }

  #waitOn(batch: readonly Waiting[], error: unknown): void {
    const now = this.#patience.clock.monotonic()
    const late = batch.filter(({ deadline }) => deadline <= now)
    this.#waiting.unshift(...batch.filter(({ deadline }) => deadline > now))
    for (const { reject } of late) reject(this.#explain(error))
  }

  /** What failed together is tried one by one: one value too many must not take its neighbours with it. */
  #failed(batch: readonly Waiting[], error: unknown): void {
    const reason = this.#explain(error)
    if (this.#ended === undefined && batch.length > 1) {
      for (const waiting of batch) waiting.alone = true
      this.#waiting.unshift(...batch)
    } else {
      for (const { reject } of batch) reject(reason)
    }
  }
}
