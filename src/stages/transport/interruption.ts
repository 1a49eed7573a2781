/** Reason and time to stop waiting for something that may not know how to stop. */
export class Interruption {
  readonly #interrupted: (reason: unknown) => void
  readonly #signal: AbortSignal
  readonly #waiting = new Set<(reason: unknown) => void>()
  #reason: { readonly is: unknown } | undefined

  /** `interrupted` is called once, for whatever else has to end. */
  constructor(signal: AbortSignal, interrupted: (reason: unknown) => void) {
    this.#signal = signal
    this.#interrupted = interrupted
    signal.addEventListener('abort', this.#abort)
    if (signal.aborted) this.#abort()
  }

  /** Boxed, because a caller may abort with `undefined`. */
  get reason(): { readonly is: unknown } | undefined {
    return this.#reason
  }

  /** As the promise, but rejects at once when interrupted; what it brings later goes to `late`. */
  async guard<T>(promise: Promise<T>, late: (value: T) => void = () => {}): Promise<T> {
    const { promise: guarded, resolve, reject } = Promise.withResolvers<T>()
    this.#waiting.add(reject)
    if (this.#reason) reject(this.#reason.is)
    promise.then((value) => {
      if (this.#reason) late(value)
      else resolve(value)
    }, reject)
    try {
      return await guarded
    } finally {
      this.#waiting.delete(reject)
    }
  }

  interrupt(reason: unknown): void {
    if (this.#reason) return
    this.#reason = { is: reason }
    this.end()
    for (const reject of this.#waiting) reject(reason)
    this.#interrupted(reason)
  }

  /** Nothing is left to interrupt. */
  end(): void {
    this.#signal.removeEventListener('abort', this.#abort)
  }

  readonly #abort = (): void => this.interrupt(this.#signal.reason)
}
