import type { Tables } from './tables.ts'

/** Counts what changes in a database: each change of this process, and how often others were seen to have changed anything. */
export class Changes {
  readonly #tables: Tables
  #count = 0
  #others = 0
  #wasAsked = false

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** Something of this process's own: when it begins to wait, and when it stands. */
  own(): void {
    this.#count++
  }

  /**
   * Undefined while the others cannot be asked about, which costs as much as to read a row. It is done once only between two awaits: whoever
   * asks twice in one go means one time.
   */
  stamp(): number | undefined {
    if (this.#wasAsked) return this.#count
    try {
      const others = this.#tables.changesOfOthers
      if (others !== this.#others) this.#count++
      this.#others = others
      this.#remember()
      return this.#count
    } catch {
      return undefined
    }
  }

  /** Another number as soon as others were seen to have changed anything. */
  ofOthers(): number | undefined {
    return this.stamp() === undefined ? undefined : this.#others
  }

  #remember(): void {
    this.#wasAsked = true
    queueMicrotask(() => {
      this.#wasAsked = false
    })
  }
}
