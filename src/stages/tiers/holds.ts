import type { Clock } from '../../model/clock.ts'
import type { Store } from '../../model/store.ts'

/** Milliseconds that a store stays open for responses that nobody has begun to read. */
const UNREAD = 30_000

/** Who reads from which store: a store is closed with its last reader, not under it. */
export class Holds {
  readonly #readers = new Map<string, number>()
  readonly #waiting = new Map<string, () => void>()

  hold(store: Store): () => void {
    const { name } = store
    this.#readers.set(name, (this.#readers.get(name) ?? 0) + 1)
    let held = true
    return () => {
      if (!held) return
      held = false
      const readers = (this.#readers.get(name) ?? 1) - 1
      this.#readers.set(name, readers)
      if (readers === 0) this.#waiting.get(name)?.()
    }
  }

  /** Closes the stores that nobody reads, and promises the others for later. Resolves with the former. */
  async close(stores: readonly Store[], clock: Clock, failed: (store: Store, error: unknown) => void): Promise<void> {
    const close = (store: Store): Promise<void> => store.close().catch((error: unknown) => failed(store, error))
    const read = stores.filter((store) => (this.#readers.get(store.name) ?? 0) > 0)
    for (const store of read) {
      let open = true
      const last = (): void => {
        if (!open) return
        open = false
        timer.cancel()
        void close(store)
      }
      const timer = clock.setTimeout(last, UNREAD)
      this.#waiting.set(store.name, last)
    }
    await Promise.all(stores.filter((store) => !read.includes(store)).map(close))
  }
}
