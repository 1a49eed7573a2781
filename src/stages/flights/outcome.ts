interface Hearer<T> {
  readonly came: (value: T) => void
  readonly failed: (error: unknown) => void
}

/** What becomes of a promise, for who may stop listening: a reaction to the promise itself, with all it knows, stays as long as that is pending. */
export class Outcome<T> {
  readonly promise: Promise<T>
  readonly #hearers = new Set<Hearer<T>>()
  #isKnown = false

  constructor(promise: Promise<T>) {
    this.promise = promise
    promise.then(
      (value) => this.#tell(({ came }) => came(value)),
      (error: unknown) => this.#tell(({ failed }) => failed(error)),
    )
  }

  /** As `then`, until the returned function is called. */
  hear(came: (value: T) => void, failed: (error: unknown) => void): () => void {
    const hearer: Hearer<T> = { came, failed }
    if (this.#isKnown) void this.promise.then(came, failed)
    else this.#hearers.add(hearer)
    return () => void this.#hearers.delete(hearer)
  }

  #tell(one: (hearer: Hearer<T>) => void): void {
    this.#isKnown = true
    for (const hearer of this.#hearers) one(hearer)
    this.#hearers.clear()
  }
}
