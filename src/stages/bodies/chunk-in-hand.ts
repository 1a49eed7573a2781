/** Chunks known at a time: as many readers may be at different places. */
const MOST = 16

/**
 * The chunks that a body was read for last, for whoever reads them next: those who read side by side, and those who follow a download in pieces
 * smaller than a chunk, read and prove each once. None is held: memory that is needed elsewhere takes it.
 */
export class ChunkInHand {
  readonly #chunks = new Map<number, Promise<Uint8Array> | WeakRef<Uint8Array>>()

  read(n: number, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = this.#chunks.get(n)
    const chunk = known instanceof WeakRef ? known.deref() : known
    if (chunk !== undefined) return Promise.resolve(chunk)
    const reading = read()
    this.#chunks.delete(n)
    this.#chunks.set(n, reading)
    for (const oldest of this.#chunks.keys()) if (this.#chunks.size > MOST) this.#chunks.delete(oldest)
    const isKnown = (): boolean => this.#chunks.get(n) === reading
    reading.then(
      (bytes) => isKnown() && this.#chunks.set(n, new WeakRef(bytes)),
      () => isKnown() && this.#chunks.delete(n),
    )
    return reading
  }

  /** What comes from now on is another body. */
  forget(): void {
    this.#chunks.clear()
  }
}
