import { Chain, type Linked } from './model/chain.ts'

interface Link extends Linked<Link> {
  readonly key: string
}

/**
 * Keys in the order of their last use. A chain beside a Map: to find the oldest of a Map out of which many were deleted, all their places
 * have to be passed by.
 */
export class OrderOfUse {
  readonly #links = new Map<string, Link>()
  readonly #chain = new Chain<Link>()

  get size(): number {
    return this.#links.size
  }

  /** The key is the newest now. */
  use(key: string): void {
    const known = this.#links.get(key)
    const link = known ?? { key, older: undefined, newer: undefined }
    if (known === undefined) this.#links.set(key, link)
    this.#chain.use(link)
  }

  delete(key: string): void {
    const link = this.#links.get(key)
    if (link === undefined) return
    this.#links.delete(key)
    this.#chain.remove(link)
  }

  /** The key that was used longest ago, taken out. */
  shift(): string | undefined {
    const oldest = this.#chain.oldest?.key
    if (oldest !== undefined) this.delete(oldest)
    return oldest
  }

  keys(): Iterable<string> {
    return this.#links.keys()
  }

  clear(): void {
    this.#links.clear()
    this.#chain.clear()
  }
}
