import type { Clock } from './model/clock.ts'
import { HoldfastError } from './model/errors.ts'
import { WaitsForItself } from './stages/function/circles.ts'

/** Failures remembered of one function; the oldest is forgotten. */
const MOST = 1_000

/** What a function threw a short while ago, by its key: in this process, for an error has no form in which it could be stored. */
export class FunctionFailures {
  readonly #failed = new Map<string, { readonly error: unknown; readonly until: number }>()
  readonly #ttl: number

  /** Milliseconds for which a failure is remembered; 0 for not at all. */
  constructor(ttl: number) {
    this.#ttl = ttl
  }

  /** Of the function, that is: what an instance that closes says, or a call that came in a circle, it might not say again. */
  note(key: string, error: unknown, clock: Clock): void {
    if (this.#ttl === 0 || error instanceof WaitsForItself) return
    if (error instanceof HoldfastError && error.code === 'CLOSED') return
    this.#failed.delete(key)
    this.#failed.set(key, { error, until: clock.monotonic() + this.#ttl })
    const [oldest] = this.#failed.keys()
    if (this.#failed.size > MOST && oldest !== undefined) this.#failed.delete(oldest)
  }

  of(key: string, clock: Clock): { readonly error: unknown } | undefined {
    if (this.#failed.size === 0) return undefined
    const failure = this.#failed.get(key)
    if (failure === undefined || clock.monotonic() < failure.until) return failure
    this.#failed.delete(key)
    return undefined
  }

  forget(key: string): void {
    this.#failed.delete(key)
  }

  clear(): void {
    this.#failed.clear()
  }
}
