import type { Clock } from './model/clock.ts'
import { HoldfastError } from './model/errors.ts'
import { Recollection } from './model/recollection.ts'
import { WaitsForItself } from './stages/function/circles.ts'

/** Failures remembered of one function; the oldest is forgotten. */
const MOST = 1_000

/** What a function threw a short while ago, by its key: in this process, for an error has no form in which it could be stored. */
export class FunctionFailures {
  readonly #failed = new Recollection<string, { readonly error: unknown; readonly until: number }>(MOST)
  readonly #ttl: number
  #words = 0

  /** Milliseconds for which a failure is remembered; 0 for not at all. */
  constructor(ttl: number) {
    this.#ttl = ttl
  }

  /** Of the function, that is: what an instance that closes says, or a call that came in a circle, it might not say again. */
  note(key: string, error: unknown, { clock, words }: { clock: Clock; words: number }): void {
    if (this.#ttl === 0 || words !== this.#words || error instanceof WaitsForItself) return
    if (error instanceof HoldfastError && error.code === 'CLOSED') return
    this.#failed.set(key, { error, until: clock.monotonic() + this.#ttl })
  }

  of(key: string, clock: Clock): { readonly error: unknown } | undefined {
    const failure = this.#failed.get(key)
    if (failure === undefined || clock.monotonic() < failure.until) return failure
    this.#failed.delete(key)
    return undefined
  }

  /** It gave a result. */
  forget(key: string): void {
    this.#failed.delete(key)
  }

  /** How often something was said of results: what began before that, and fails behind it, is not remembered. */
  get words(): number {
    return this.#words
  }

  /** Something is said of this result; undefined: of all. */
  overtake(key?: string): void {
    this.#words++
    if (key === undefined) this.#failed.clear()
    else this.#failed.delete(key)
  }
}
