/** What was noted last is kept, and the oldest given up for it. */
export class Recollection<K, V> {
  readonly #kept = new Map<K, V>()
  readonly #most: number
  readonly #gone: (key: K, value: V) => void

  constructor(most: number, gone: (key: K, value: V) => void = () => undefined) {
    this.#most = most
    this.#gone = gone
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

  clear(): void {
    this.#kept.clear()
  }

  entries(): Iterable<[K, V]> {
    return this.#kept.entries()
  }
}
