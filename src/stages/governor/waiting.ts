import type { PriorityQueue } from 'p-queue'
import type { Wish } from '../../model/rooms.ts'

/** What ends the turn of one who went. */
export type End = () => void

/** Those who wait in a line, by their priority. */
export class Waiting {
  readonly #queue: PriorityQueue
  readonly #changed: () => void
  readonly #counts = new Map<number, number>()

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
  enter({ signal, urgency }: Wish, begin: () => End): Promise<End> {
    const { promise, resolve, reject } = Promise.withResolvers<End>()
    let priority = Number.NaN
    const queueUp = (): void => {
      priority = urgency.now
      this.#count(priority, 1)
      this.#queue.enqueue(go, { priority })
      this.#changed()
    }
    const gone = (): void => {
      signal.removeEventListener('abort', leave)
      unhurried()
      this.#count(priority, -1)
    }
    const go = async (): Promise<void> => {
      gone()
      resolve(begin())
    }
    const leave = (): void => {
      this.#queue.remove(go)
      gone()
      reject(signal.reason)
      this.#changed()
    }
    const unhurried = urgency.onRaised(() => {
      this.#queue.remove(go)
      this.#count(priority, -1)
      queueUp()
    })
    signal.addEventListener('abort', leave, { once: true })
    queueUp()
    return promise
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
