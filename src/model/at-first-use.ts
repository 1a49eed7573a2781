/** Something that is loaded when it is first needed, and is at hand from then on: who comes later waits for no turn of the queue. */
export class AtFirstUse<T extends object> {
  readonly #load: () => Promise<T>
  #here: T | undefined
  #coming: Promise<T> | undefined

  constructor(load: () => Promise<T>) {
    this.#load = load
  }

  /** Undefined as long as it is not there. */
  get here(): T | undefined {
    return this.#here
  }

  /** Also while it is on its way; undefined where nobody has needed it. */
  get begun(): Promise<T> | undefined {
    return this.#coming
  }

  get(): Promise<T> {
    this.#coming ??= this.#loaded()
    return this.#coming
  }

  use<R>(work: (it: T) => Promise<R>): Promise<R> {
    return this.#here === undefined ? this.get().then(work) : work(this.#here)
  }

  async #loaded(): Promise<T> {
    try {
      this.#here = await this.#load()
      return this.#here
    } catch (error) {
      // A process that may open no more files for a moment is not to fail for good.
      this.#coming = undefined
      throw error
    }
  }
}
