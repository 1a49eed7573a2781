/** Words that are kept of one moment: a write that never ends must not gather those of all that follow. */
const MOST = 16

interface Moment {
  readonly words: Set<unknown>
  left: number
}

/** What is said of one key at the same time: who reads back what was written may find another's word. */
export class Overlaps {
  readonly #moments = new Map<string, Moment>()

  /** `run` is given all that is said of the key meanwhile, this `word` too; undefined: it is deleted. */
  async during<T>(key: string, word: string | undefined, run: (said: ReadonlySet<unknown>) => Promise<T>): Promise<T> {
    const known = this.#moments.get(key)
    const moment = known === undefined || known.words.size >= MOST ? { words: new Set<unknown>(), left: 0 } : known
    this.#moments.set(key, moment)
    moment.words.add(word)
    moment.left++
    try {
      return await run(moment.words)
    } finally {
      if (--moment.left === 0 && this.#moments.get(key) === moment) this.#moments.delete(key)
    }
  }
}
