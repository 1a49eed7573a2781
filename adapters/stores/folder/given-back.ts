import type { Layout } from './layout.ts'
import { type EndedLease, forgetLeases } from './lease-files.ts'

/** Few enough to be forgotten within some milliseconds; together, for the floor that stands for all of them is raised once. */
const AT_ONCE = 64

/**
 * Leases that this process gave back, and forgets behind the calls. Each takes two folders: kept for as long as those of the dead, they
 * would take many times the room of what was downloaded under them.
 */
export class GivenBack {
  readonly #layout: Layout
  #waiting: EndedLease[] = []
  #forgetting: Promise<void> = Promise.resolve()

  constructor(layout: Layout) {
    this.#layout = layout
  }

  add(lease: EndedLease): void {
    this.#waiting.push(lease)
    if (this.#waiting.length >= AT_ONCE) this.#forgetAll()
  }

  /** Resolves when nothing waits any more. */
  settled(): Promise<void> {
    this.#forgetAll()
    return this.#forgetting
  }

  #forgetAll(): void {
    const ended = this.#waiting
    this.#waiting = []
    // What cannot be removed now is found by the upkeep.
    this.#forgetting = this.#forgetting.then(() => forgetLeases(this.#layout, ended)).catch(() => undefined)
  }
}
