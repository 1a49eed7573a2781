/** Values in the order they came, each taken once; a taker may come before its value. */
export class Mailbox<T> {
  readonly #values: { value: T }[] = []
  readonly #takers: PromiseWithResolvers<T>[] = []
  #closed: Error | undefined

  put(value: T): void {
    const taker = this.#takers.shift()
    if (taker) taker.resolve(value)
    else this.#values.push({ value })
  }

  /** Rejects when the box is closed and empty. */
  take(): Promise<T> {
    const next = this.#values.shift()
    if (next) return Promise.resolve(next.value)
    if (this.#closed) return Promise.reject(this.#closed)
    const taker = Promise.withResolvers<T>()
    this.#takers.push(taker)
    return taker.promise
  }

  close(why: Error): void {
    this.#closed = why
    for (const taker of this.#takers.splice(0)) taker.reject(why)
  }
}
