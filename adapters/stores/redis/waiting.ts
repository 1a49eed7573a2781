import type { Clock } from '../../../src/model/clock.ts'

/** Milliseconds for which a call waits for its answer. */
const PATIENCE = 10_000

interface Call {
  readonly reject: (why: unknown) => void
  /** Monotonic milliseconds. */
  readonly since: number
}

interface WaitingFacts {
  readonly clock: Clock
  /** The first call begins to wait, or the last one ends. */
  readonly turned: (to: 'some' | 'none') => void
  /** A call has waited for too long, and nothing was answered meanwhile. */
  readonly silent: (why: Error) => void
}

/** The calls that wait for an answer: all of them fail with a lost connection, and each after a time. */
export class Waiting {
  readonly #facts: WaitingFacts
  /** Oldest first. */
  readonly #calls = new Set<Call>()
  /** Runs on when none waits any more, until it has run out: to set and to clear one for each call costs more than the call. */
  #watch: { cancel(): void } | undefined
  /** Monotonic milliseconds. */
  #heard = 0

  constructor(facts: WaitingFacts) {
    this.#facts = facts
  }

  get some(): boolean {
    return this.#calls.size > 0
  }

  /** Gives what is to be called once the answer is there. */
  enter(reject: (why: unknown) => void): () => void {
    const call: Call = { reject, since: this.#facts.clock.monotonic() }
    this.#calls.add(call)
    if (this.#calls.size === 1) this.#facts.turned('some')
    if (this.#watch === undefined) this.#watchFor(PATIENCE)
    return () => {
      this.#heard = this.#facts.clock.monotonic()
      this.#leave(call)
    }
  }

  /** Nothing comes after this. */
  end(why: unknown): void {
    this.rejectAll(why)
    this.#watch?.cancel()
  }

  rejectAll(why: unknown): void {
    for (const call of this.#calls) this.#reject(call, why)
  }

  #reject(call: Call, why: unknown): void {
    call.reject(why)
    this.#leave(call)
  }

  #leave(call: Call): void {
    if (this.#calls.delete(call) && this.#calls.size === 0) this.#facts.turned('none')
  }

  #watchFor(ms: number): void {
    this.#watch = this.#facts.clock.setTimeout(() => this.#look(), ms)
  }

  #look(): void {
    this.#watch = undefined
    const now = this.#facts.clock.monotonic()
    const why = new Error(`it did not answer within ${PATIENCE} ms`)
    const late = [...this.#calls].filter(({ since }) => now - since >= PATIENCE)
    if (late.length > 0 && now - this.#heard >= PATIENCE) this.#facts.silent(why)
    for (const call of late) this.#reject(call, why)
    const [oldest] = this.#calls
    if (oldest !== undefined) this.#watchFor(PATIENCE - (now - oldest.since))
  }
}
