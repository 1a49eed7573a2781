/** Groups remembered between two writes; beyond it the oldest is forgotten, which makes the order of use a little less exact. */
const REMEMBERED = 4096

/** Which groups were read since the last write: a read must not cost a write. */
export class Recency {
  readonly #read = new Map<string, number>()

  touch(group: string, now: number): void {
    this.#read.delete(group)
    this.#read.set(group, now)
    if (this.#read.size > REMEMBERED) for (const oldest of this.#read.keys()) return void this.#read.delete(oldest)
  }

  /** Takes out up to `limit` of them, oldest first. */
  take(limit: number): [group: string, used: number][] {
    const taken: [string, number][] = []
    for (const pair of this.#read) {
      if (taken.length === limit) break
      taken.push(pair)
      this.#read.delete(pair[0])
    }
    return taken
  }
}
