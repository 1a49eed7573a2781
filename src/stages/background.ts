/** Work that outlives the call that caused it: counted, so that `idle()` and `close()` can wait for it. */
export class Background {
  readonly #running = new Set<Promise<unknown>>()
  readonly #waitUntil: ((work: Promise<unknown>) => void) | undefined

  constructor(waitUntil: ((work: Promise<unknown>) => void) | undefined) {
    this.#waitUntil = waitUntil
  }

  /** `failed` is told of a rejection, which ends here: background work never ends the process. */
  run(work: Promise<unknown>, failed: (error: unknown) => void): void {
    const settled = work.catch(failed).finally(() => this.#running.delete(settled))
    this.#running.add(settled)
    try {
      this.#waitUntil?.(settled)
    } catch (error) {
      // Some platforms refuse it outside of a request. The work goes on; it is the promise to wait for it that failed.
      failed(error)
    }
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
