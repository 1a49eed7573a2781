/**
 * The chunk that a body was read for last, for whoever reads it next: those who read side by side, and one who follows a download in pieces
 * smaller than a chunk, read and prove it once. It is not held: memory that is needed elsewhere takes it.
 */
export class ChunkInHand {
  #n = -1
  #reading: Promise<Uint8Array> | undefined
  #chunk: WeakRef<Uint8Array> | undefined

  read(n: number, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = n === this.#n ? this.#chunk?.deref() : undefined
    if (known !== undefined) return Promise.resolve(known)
    if (n === this.#n && this.#reading !== undefined) return this.#reading
    const reading = read()
    this.#n = n
    this.#chunk = undefined
    this.#reading = reading
    const ended = (chunk: Uint8Array | undefined): void => {
      if (this.#reading !== reading) return
      this.#reading = undefined
      this.#chunk = chunk === undefined ? undefined : new WeakRef(chunk)
    }
    reading.then(ended, () => ended(undefined))
    return reading
  }

  /** What comes from now on is another body. */
  forget(): void {
    this.#n = -1
    this.#reading = undefined
    this.#chunk = undefined
  }
}
