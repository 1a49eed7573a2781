interface Link {
  readonly key: string
  older: Link | undefined
  newer: Link | undefined
}

/**
 * Keys in the order of their last use. A chain beside a Map: to find the oldest of a Map out of which many were deleted, all their places
 * have to be passed by.
 */
export class OrderOfUse {
  readonly #links = new Map<string, Link>()
  #oldest: Link | undefined
  #newest: Link | undefined

  get size(): number {
    return this.#links.size
  }

  /** The key is the newest now. */
  use(key: string): void {
    const known = this.#links.get(key)
    if (known !== undefined && known === this.#newest) return
    if (known !== undefined) this.#unlink(known)
    const link = known ?? { key, older: undefined, newer: undefined }
    if (known === undefined) this.#links.set(key, link)
    link.older = this.#newest
    link.newer = undefined
    if (this.#newest === undefined) this.#oldest = link
    else this.#newest.newer = link
    this.#newest = link
  }

  has(key: string): boolean {
    return this.#links.has(key)
  }

  delete(key: string): void {
    const link = this.#links.get(key)
    if (link === undefined) return
    this.#links.delete(key)
    this.#unlink(link)
  }

  /** The key that was used longest ago, taken out. */
  shift(): string | undefined {
    const oldest = this.#oldest?.key
    if (oldest !== undefined) this.delete(oldest)
    return oldest
  }

  keys(): Iterable<string> {
    return this.#links.keys()
  }

  clear(): void {
    this.#links.clear()
    this.#oldest = undefined
    this.#newest = undefined
  }

  #unlink(link: Link): void {
    if (link.older === undefined) this.#oldest = link.newer
    else link.older.newer = link.newer
    if (link.newer === undefined) this.#newest = link.older
    else link.newer.older = link.older
  }
}
