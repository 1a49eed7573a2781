import type { PriorityQueue } from 'p-queue'
import type { Wish } from '../../model/rooms.ts'

/** What ends the turn of one who went. */
export type End = () => void

/** Those who wait in a line, by their priority. */
export class Waiting {
  readonly #queue: PriorityQueue
  readonly #changed: () => void
  readonly #counts = new Map<number, number>()
  /** How each of them is told that it waits in vain. */
  readonly #leaves = new Map<Wish, (reason: unknown) => void>()

  constructor(queue: PriorityQueue, changed: () => void) {
    this.#queue = queue
    this.#changed = changed
  }

  get size(): number {
    return this.#queue.size
  }

  /** The highest priority of those who wait; -Infinity where nobody does. */
  get highest(): number {
    return Math.max(...this.#counts.keys())
  }

  /** Resolves when it is this one's turn, with what `begin` gave then. */
  enter(wish: Wish, begin: () => End): Promise<End> {
    const { signal, urgency } = wish
    const { promise, resolve, reject } = Promise.withResolvers<End>()
    let priority = Number.NaN
    const queueUp = (): void => {
      priority = urgency.now
      this.#count(priority, 1)
      this.#queue.enqueue(go, { priority })
      this.#changed()
    }
    const gone = (): void => {
      this.#leaves.delete(wish)
      signal.removeEventListener('abort', leave)
      unhurried()
      this.#count(priority, -1)
    }
    const go = async (): Promise<void> => {
      gone()
      resolve(begin())
    }
    const give = (reason: unknown): void => {
      this.#queue.remove(go)
      gone()
      reject(reason)
      this.#changed()
    }
    const leave = (): void => give(signal.reason)
    this.#leaves.set(wish, give)
    const unhurried = urgency.onRaised(() => {
      this.#queue.remove(go)
      this.#count(priority, -1)
      queueUp()
    })
    signal.addEventListener('abort', leave, { once: true })
    queueUp()
    return promise
  }

  /** Those leave for whom there is a reason. */
  refuse(reasonOf: (wish: Wish) => Error | undefined): void {
    for (const [wish, give] of this.#leaves) {
      const reason = reasonOf(wish)
      if (reason !== undefined) give(reason)
    }
  }

  /** Lets the first one go. */
  next(): void {
    void this.#queue.dequeue()?.()
  }

  #count(priority: number, by: 1 | -1): void {
    const left = (this.#counts.get(priority) ?? 0) + by
    if (left === 0) this.#counts.delete(priority)
    else this.#counts.set(priority, left)
  }
}
