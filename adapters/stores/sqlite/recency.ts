import type { Tables } from './tables.ts'

/** Groups remembered between two writes; beyond it the oldest is forgotten, which makes the order of use a little less exact. */
const REMEMBERED = 4096

/** Which groups were read since the last write: a read must not cost a write. */
export class Recency {
  readonly #read = new Map<string, number>()

  touch(group: string, now: number): void {
    this.#read.delete(group)
    this.#read.set(group, now)
    const [oldest] = this.#read.size > REMEMBERED ? this.#read.keys() : []
    if (oldest !== undefined) this.#read.delete(oldest)
  }

  /** Writes down up to `limit` of them, oldest first, and forgets these. */
  settle(tables: Pick<Tables, 'touch'>, limit: number = REMEMBERED): void {
    for (const [group, used] of this.#read.entries().take(limit)) {
      tables.touch(group, used)
      this.#read.delete(group)
    }
  }
}
