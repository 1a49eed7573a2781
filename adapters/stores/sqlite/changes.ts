import type { Tables } from './tables.ts'

/** Counts what changes in a database: each change of this process, and how often others were seen to have changed anything. */
export class Changes {
  readonly #tables: Tables
  #count = 0
  #others = 0

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** Something of this process's own: when it begins to wait, and when it stands. */
  own(): void {
    this.#count++
  }

  /** Undefined while the others cannot be asked about. */
  stamp(): number | undefined {
    try {
      const others = this.#tables.changesOfOthers
      if (others !== this.#others) this.#count++
      this.#others = others
      return this.#count
    } catch {
      return undefined
    }
  }
}
