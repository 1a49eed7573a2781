/** As long a timer as Node takes, in milliseconds. */
const LONG = 2 ** 31 - 1

/**
 * Keeps the process alive while a caller waits, as a pending fetch does; our own timers and idle sockets never do. Without it a program
 * whose only work is a call that pauses between two attempts would end in the middle of it.
 */
export class Presence {
  #waiting = 0
  #timer: NodeJS.Timeout | undefined

  async during<T>(work: Promise<T>): Promise<T> {
    // Made once: readers of a stream begin and end to wait with each of its pieces.
    if (this.#waiting === 0) this.#timer = this.#timer?.ref() ?? setInterval(() => undefined, LONG)
    this.#waiting++
    try {
      return await work
    } finally {
      this.#waiting--
      if (this.#waiting === 0) this.#timer?.unref()
    }
  }
}

/** The calls that are under way in one instance, so that `idle()` and `close()` can wait for them. */
export class Walks {
  readonly #presence: Presence
  readonly #underWay = new Set<Promise<unknown>>()

  constructor(presence: Presence) {
    this.#presence = presence
  }

  async during<T>(walk: Promise<T>): Promise<T> {
    this.#underWay.add(walk)
    try {
      return await this.#presence.during(walk)
    } finally {
      this.#underWay.delete(walk)
    }
  }

  /** Resolves when none is under way, whatever became of them. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
  }
}
