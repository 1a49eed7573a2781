import type { Walk } from '../policy/ending.ts'

/** Walks remembered of one entry. */
const MOST_WALKS = 5

/** Entries whose walks are remembered; the one walked longest ago is forgotten. A walk takes as much room as half an entry in memory. */
const MOST_ENTRIES = 500

/** The last walks of each entry, so that it can be told why an answer was what it was. */
export class Chronicle {
  readonly #walks = new Map<string, readonly Walk[]>()

  note(key: string, walk: Walk): void {
    const before = this.#walks.get(key)
    if (before !== undefined) this.#walks.delete(key)
    this.#walks.set(key, before === undefined ? [walk] : [walk, ...before].slice(0, MOST_WALKS))
    if (this.#walks.size > MOST_ENTRIES) for (const oldest of this.#walks.keys()) return void this.#walks.delete(oldest)
  }

  /** Newest first. */
  of(key: string): readonly Walk[] {
    return this.#walks.get(key) ?? []
  }
}
