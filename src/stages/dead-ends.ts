import { Recollection } from '../model/recollection.ts'

/** Dead ends that are remembered: beyond that the oldest is asked for again. */
const MOST = 10_000

/** An answer that is no version: a 404 above all. */
export interface DeadEnd {
  /** Epoch milliseconds. */
  readonly at: number
  readonly status: number
  readonly statusText: string
  /** Of whose question it speaks: a refused HEAD says nothing of a GET, nor one language of another. */
  readonly method: string
  readonly vary: readonly string[]
  readonly values: string
}

/**
 * Links that led nowhere, by key: what HTTP forbids to keep as an answer is still a reason not to ask again at once when nobody waits.
 * In memory, for a minute's mistake is not worth a write.
 */
export class DeadEnds {
  readonly #known = new Recollection<string, DeadEnd>(MOST)

  note(key: string, end: DeadEnd): void {
    this.#known.set(key, end)
  }

  of(key: string): DeadEnd | undefined {
    return this.#known.get(key)
  }
}
