import type { Clock } from '../../model/clock.ts'
import type { Store } from '../../model/store.ts'
import type { Purpose } from '../../model/stored-body.ts'

/** Milliseconds that a store stays open for responses that nobody has begun to read. */
const UNREAD = 30_000

/** Who reads from which store: a store is closed with its last reader, not under it. */
export class Holds {
  /** By the store's name. */
  readonly #holders = new Map<string, Set<{ readonly why: Purpose }>>()
  readonly #waiting = new Map<string, () => void>()

  hold({ name }: Store, why: Purpose = 'to read'): () => void {
    const holders = this.#holders.get(name) ?? new Set()
    this.#holders.set(name, holders)
    const holder = { why }
    holders.add(holder)
    return () => {
      if (holders.delete(holder)) this.#waiting.get(name)?.()
    }
  }

  /** Closes the stores that nobody reads, and promises the others for later. Resolves with the former. */
  async close(stores: readonly Store[], clock: Clock, failed: (store: Store, error: unknown) => void): Promise<void> {
    const close = (store: Store): Promise<void> => store.close().catch((error: unknown) => failed(store, error))
    const read = stores.filter(({ name }) => (this.#holders.get(name)?.size ?? 0) > 0)
    for (const store of read) {
      let waits = true
      const look = (): void => {
        const holders = [...(this.#holders.get(store.name) ?? [])]
        if (waits ? holders.length > 0 : holders.some(({ why }) => why !== 'unread')) return
        this.#waiting.delete(store.name)
        timer.cancel()
        void close(store)
      }
      const timer = clock.setTimeout(() => {
        waits = false
        look()
      }, UNREAD)
      this.#waiting.set(store.name, look)
    }
    await Promise.all(stores.filter((store) => !read.includes(store)).map(close))
  }
}
