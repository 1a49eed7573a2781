export interface Waiting {
  /** Undefined: it will be deleted. */
  readonly value: Uint8Array | undefined
  readonly expires: number | undefined
}

/**
 * Values on their way to the disk, so that a read sees the write before it. What is written under a fence is not among them: whether
 * it is written at all is decided with the commit.
 */
export class WaitingValues {
  readonly #values = new Map<string, Waiting>()

  async during(writes: readonly (readonly [key: string, waiting: Waiting])[], done: Promise<void>): Promise<void> {
    for (const [key, waiting] of writes) this.#values.set(key, waiting)
    try {
      await done
    } finally {
      // A later write of the same key may wait by now.
      for (const [key, waiting] of writes) if (this.#values.get(key) === waiting) this.#values.delete(key)
    }
  }

  get(key: string): Waiting | undefined {
    return this.#values.get(key)
  }
}
