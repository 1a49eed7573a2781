/** Hosts of which something is remembered though nobody asks them, at most: a crawl must not fill the memory with what it has left. */
const MOST = 1_000

/** What was noted last is kept, and the oldest given up for it. */
export class Recollection<K, V> {
  readonly #kept = new Map<K, V>()
  readonly #gone: (key: K, value: V) => void
  readonly #most: number

  constructor(gone: (key: K, value: V) => void = () => undefined, most: number = MOST) {
    this.#gone = gone
    this.#most = most
  }

  get(key: K): V | undefined {
    return this.#kept.get(key)
  }

  set(key: K, value: V): void {
    this.#kept.delete(key)
    this.#kept.set(key, value)
    const [oldest] = this.#kept.size > this.#most ? this.#kept : []
    if (oldest === undefined) return
    this.#kept.delete(oldest[0])
    this.#gone(...oldest)
  }

  delete(key: K): void {
    this.#kept.delete(key)
  }

  entries(): Iterable<[K, V]> {
    return this.#kept.entries()
  }
}
