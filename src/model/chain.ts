/** What can stand in a {@link Chain}, in one at a time. */
export interface Linked<N> {
  older: N | undefined
  newer: N | undefined
}

/** Things in the order of their last use, linked through themselves: to find the oldest, to move one, or to take one out is no search. */
export class Chain<N extends Linked<N>> {
  #oldest: N | undefined
  #newest: N | undefined

  get oldest(): N | undefined {
    return this.#oldest
  }

  has(link: N): boolean {
    return link.older !== undefined || link.newer !== undefined || link === this.#oldest
  }

  /** It is the newest now, whether it stood here or not. */
  use(link: N): void {
    if (link === this.#newest) return
    if (this.has(link)) this.remove(link)
    link.older = this.#newest
    if (this.#newest === undefined) this.#oldest = link
    else this.#newest.newer = link
    this.#newest = link
  }

  /** One that stands here. */
  remove(link: N): void {
    if (link.older === undefined) this.#oldest = link.newer
    else link.older.newer = link.newer
    if (link.newer === undefined) this.#newest = link.older
    else link.newer.older = link.older
    link.older = undefined
    link.newer = undefined
  }

  /** Takes all of them out, the oldest first. */
  takeAll(): N[] {
    const all: N[] = []
    for (let link = this.#oldest; link !== undefined; link = this.#oldest) {
      this.remove(link)
      all.push(link)
    }
    return all
  }

  /** Forgets all of them, who are not to stand anywhere again. */
  clear(): void {
    this.#oldest = undefined
    this.#newest = undefined
  }
}
