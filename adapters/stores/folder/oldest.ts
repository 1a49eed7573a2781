import type { CountedFile } from './census.ts'

/** Groups remembered of one count. */
const KEPT = 4096

export interface Candidate {
  readonly group: string
  /** Epoch milliseconds. */
  readonly used: number
}

/** The least recently used groups of all that are shown to it, in bounded memory. */
export class Oldest {
  #groups = new Map<string, number>()
  readonly #now: number
  /** What was used after it is too young to be remembered, because older ones have filled the memory. */
  #youngest = Number.POSITIVE_INFINITY

  constructor(now: number) {
    this.#now = now
  }

  add({ group, used }: CountedFile): void {
    if (group === undefined) return
    // A clock that was set back does not make a file the last to go for ever.
    const at = Math.max(this.#groups.get(group) ?? 0, Math.min(used, this.#now))
    if (at > this.#youngest) return void this.#groups.delete(group)
    this.#groups.set(group, at)
    if (this.#groups.size < 2 * KEPT) return
    const kept = this.#inOrder().slice(0, KEPT)
    this.#groups = new Map(kept.map((candidate) => [candidate.group, candidate.used]))
    this.#youngest = kept.at(-1)?.used ?? this.#youngest
  }

  /** The oldest first. */
  take(): Candidate[] {
    return this.#inOrder().slice(0, KEPT)
  }

  #inOrder(): Candidate[] {
    return [...this.#groups].map(([group, used]) => ({ group, used })).sort((one, other) => one.used - other.used)
  }
}
