import { sha256 } from '../../../policy/cache-key.ts'
import type { Tier } from '../tier.ts'
import type { Pace } from './pace.ts'

/** Where an entry stands: under the hash of its key; a live tier needs the key itself. */
export interface Place {
  readonly hash: string
  readonly key?: string | undefined
}

/** The next of a sequence in order, so that several can be walked side by side. */
export class Cursor<T> {
  head: T | undefined
  readonly #iterator: AsyncIterator<T>

  constructor(sequence: AsyncIterable<T>) {
    this.#iterator = sequence[Symbol.asyncIterator]()
  }

  async advance(): Promise<void> {
    const { done, value } = await this.#iterator.next()
    this.head = done === true ? undefined : value
  }

  /** For one that is left before its end. */
  async leave(): Promise<void> {
    await this.#iterator.return?.()
  }
}

/** Where each entry of a tier stands, in order of the hashes. */
export function places(tier: Tier, pace: Pace): AsyncGenerator<Place> {
  return tier.shelf === undefined ? inStore(tier) : hashed(tier.shelf.keys(), pace)
}

/** Over where each entry of a tier stands, and over those that wait in hand until it takes them. */
export function cursorsOf(tier: Tier, pace: Pace): Cursor<Place>[] {
  return [new Cursor(places(tier, pace)), new Cursor(hashed(tier.owed.keys(), pace))]
}

const PREFIX = 'h1:e:'

async function* inStore(tier: Tier): AsyncGenerator<Place> {
  for await (const key of tier.store.keys(PREFIX)) yield { hash: key.slice(PREFIX.length) }
}

/** Keys hashed between two rounds. */
const HASHED = 2_000

/** Sorted by parts, for to sort a hundred thousand at once would freeze everybody for a tenth of a second. */
async function* hashed(keys: Iterable<string>, pace: Pace): AsyncGenerator<Place> {
  const parts = Array.from({ length: 256 }, (): Place[] => [])
  let count = 0
  for (const key of keys) {
    const hash = sha256(key)
    parts[Number.parseInt(hash.slice(0, 2), 16)]?.push({ hash, key })
    if (++count % HASHED === 0) await pace.round()
  }
  for (const part of parts) yield* part.sort((a, b) => (a.hash < b.hash ? -1 : 1))
}
