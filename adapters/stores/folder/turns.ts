/** Files open at one time for values: the pool of threads has four, and a program may have few files to give. */
const SLOTS = 16

/** Bounds how many pieces of work are under way. The others wait in their order. */
export class Slots {
  readonly #waiting: (() => void)[] = []
  #free = SLOTS

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}

/** Work on one key is done in the order in which it was asked for. */
export class InOrder {
  readonly #last = new Map<string, Promise<void>>()

  run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = keys.flatMap((key) => this.#last.get(key) ?? [])
    const done = before.length === 0 ? work() : Promise.all(before).then(work)
    const ended: Promise<void> = done.then(
      () => undefined,
      () => undefined,
    )
    for (const key of keys) this.#last.set(key, ended)
    void ended.then(() => this.#forget(keys, ended))
    return done
  }

  /** Resolves when what was asked for before is done; undefined where there is nothing. Never rejects. */
  before(key: string): Promise<void> | undefined {
    return this.#last.get(key)
  }

  async ended(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values())
  }

  #forget(keys: readonly string[], ended: Promise<void>): void {
    for (const key of keys) if (this.#last.get(key) === ended) this.#last.delete(key)
  }
}
