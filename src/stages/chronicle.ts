import type { Walk } from '../policy/ending.ts'

/** Walks remembered of one entry. */
const MOST_WALKS = 5

/** Entries whose walks are remembered, in each of two halves. A walk takes as much room as half an entry in memory. */
const HALF = 250

/** The last walks of the entries walked last, so that it can be told why an answer was what it was. */
export class Chronicle {
  #recent = new Map<string, readonly Walk[]>()
  /** What was noted before those, and not since; forgotten as a whole, since a Map that gives up its oldest at each step looks for it ever longer. */
  #before = new Map<string, readonly Walk[]>()

  note(key: string, walk: Walk): void {
    const before = this.#walksOf(key)
    this.#recent.set(key, before === undefined ? [walk] : [walk, ...before].slice(0, MOST_WALKS))
    if (this.#recent.size <= HALF) return
    this.#before = this.#recent
    this.#recent = new Map()
  }

  /** Newest first. */
  of(key: string): readonly Walk[] {
    return this.#walksOf(key) ?? []
  }

  #walksOf(key: string): readonly Walk[] | undefined {
    return this.#recent.get(key) ?? this.#before.get(key)
  }
}
