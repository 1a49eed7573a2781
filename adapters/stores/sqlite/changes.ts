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

  /** Undefined while the others cannot be asked about. */
  stamp(): number | undefined {
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

  /** The same, but the others are asked about once only between two awaits: whoever asks twice in one go means one time. */
  stampOfThisGo(): number | undefined {
    return this.#wasAsked ? this.#count : this.stamp()
  }

  #remember(): void {
    if (this.#wasAsked) return
    this.#wasAsked = true
    queueMicrotask(() => {
      this.#wasAsked = false
    })
  }
}
