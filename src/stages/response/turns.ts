import { nextRound } from '../../model/clock.ts'

/** Bytes handed out in one round of the event loop, by all streams of an instance together: a millisecond or less. */
const ROUND = 1024 * 1024

interface Waiting {
  readonly reader: object
  readonly go: () => void
}

/**
 * Whose turn it is to hand out bytes that are in memory: who has a thousand readers still answers to its timers and sockets. Where several
 * wait each has a whole round to itself, not a piece of it: a reader that waits keeps alive what it has, and a thousand do so at once.
 */
export class Turns {
  #left = ROUND
  /** Whose round it is, where others wait. */
  #reader: object | undefined
  readonly #waiting = new Set<Waiting>()
  #isCounted = false

  /** Whether readers wait for one another. */
  get isCrowded(): boolean {
    return this.#waiting.size > 0
  }

  /** False where this round has had enough, or is another reader's: see {@link next}. */
  take(reader: object, bytes: number): boolean {
    if (this.#left <= 0 || (this.isCrowded && this.#reader !== reader)) return false
    this.#left -= bytes
    this.#count()
    return true
  }

  /** Resolves when so many bytes may be handed out; undefined: at once. */
  next(reader: object, bytes: number): Promise<void> | undefined {
    if (this.take(reader, bytes)) return undefined
    return new Promise((resolve) => {
      const go = (): void => {
        this.#left -= bytes
        resolve()
      }
      this.#waiting.add({ reader, go })
      this.#count()
    })
  }

  #count(): void {
    if (this.#isCounted) return
    this.#isCounted = true
    void nextRound().then(() => this.#round())
  }

  #round(): void {
    this.#isCounted = false
    this.#left = ROUND
    this.#reader = undefined
    const [first] = this.#waiting
    if (first === undefined) return
    this.#waiting.delete(first)
    this.#reader = first.reader
    this.#count()
    first.go()
  }
}
