import { lutimes } from 'node:fs/promises'
import type { Clock } from '../../../src/model/clock.ts'
import type { Slots } from './turns.ts'

/** Groups remembered before they are marked on the disk. */
const REMEMBERED = 4096

/** Milliseconds after which they are marked in any case, so that other processes see what is used. */
const EVERY = 30_000

/** Two uses within one millisecond are told apart by so much. */
const TICK = 0.001

interface Use {
  /** Epoch milliseconds, growing with each use. */
  readonly used: number
  /** One file of the group: its time stands for all. */
  readonly path: string
}

/** Which groups were used, and when: in memory at once, as the time of a file a little later. A read must not cost a write. */
export class Recency {
  readonly #clock: Clock
  readonly #slots: Slots
  readonly #uses = new Map<string, Use>()
  #last = 0
  #markedAt: number
  #marking: Promise<void> = Promise.resolve()

  constructor(clock: Clock, slots: Slots) {
    this.#clock = clock
    this.#slots = slots
    this.#markedAt = clock.monotonic()
  }

  touch(group: string, path: string): void {
    this.#uses.delete(group)
    this.#uses.set(group, { used: this.#tick(), path })
    const now = this.#clock.monotonic()
    if (this.#uses.size <= REMEMBERED && now - this.#markedAt < EVERY) return
    this.#markedAt = now
    void this.mark()
  }

  /** The last use that is not yet marked; 0 where all are. */
  usedAt(group: string): number {
    return this.#uses.get(group)?.used ?? 0
  }

  /** Marks all uses on the disk. Never rejects: where a file cannot be marked, the order of use is a little less exact. */
  mark(): Promise<void> {
    const uses = [...this.#uses]
    this.#marking = Promise.all([this.#marking, ...uses.map(([group, use]) => this.#mark(group, use))]).then(() => undefined)
    return this.#marking
  }

  async #mark(group: string, use: Use): Promise<void> {
    const { used, path } = use
    await this.#slots.run(() => lutimes(path, used / 1_000, used / 1_000)).catch(() => undefined)
    if (this.#uses.get(group) === use) this.#uses.delete(group)
  }

  /** A clock that was set back makes nothing older than what was used before. */
  #tick(): number {
    this.#last = Math.max(this.#last + TICK, this.#clock.now())
    return this.#last
  }
}
