import { clearImmediate, setImmediate } from 'node:timers'
import type { Tables } from './tables.ts'

/** Free pages that may stay: they are the next to be used. In pages, and as a share of all. */
const RESERVE = 256
const RESERVE_SHARE = 0.05

/** Pages moved in one step: a few milliseconds. */
const STEP = 64

/** Gives free pages back to the file system, in slices between the turns of other work. */
export class Vacuum {
  readonly #tables: Tables
  readonly #mayWork: () => boolean
  #next: NodeJS.Immediate | undefined

  constructor(tables: Tables, mayWork: () => boolean) {
    this.#tables = tables
    this.#mayWork = mayWork
  }

  /** Works from the next round of the event loop on, until it is not due any more. */
  begin(): void {
    // It never keeps a process alive.
    this.#next ??= setImmediate(() => this.#slice()).unref()
  }

  stop(): void {
    clearImmediate(this.#next)
    this.#next = undefined
  }

  /** Whether there are more free pages than may stay. */
  isDue(): boolean {
    const free = this.#tables.freePages()
    return free > RESERVE && free > this.#tables.pages() * RESERVE_SHARE
  }

  #slice(): void {
    this.#next = undefined
    try {
      if (this.#mayWork()) this.#tables.vacuum(STEP)
      if (this.isDue()) this.begin()
    } catch {
      // Locked, full or damaged: free pages do no harm, the next commit asks again.
    }
  }
}
