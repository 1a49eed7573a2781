/** Bytes in the pieces that they came in. */
export class Gathered {
  size = 0
  readonly #pieces: Uint8Array[] = []

  add(piece: Uint8Array): void {
    this.size += piece.length
    this.#pieces.push(piece)
  }

  get pieces(): readonly Uint8Array[] {
    return this.#pieces
  }

  all(): Uint8Array {
    const [only] = this.#pieces
    return this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces, this.size)
  }

  /** Some of the bytes from an offset on. */
  from(offset: number): Uint8Array {
    let at = 0
    for (const piece of this.#pieces) {
      if (offset < at + piece.length) return piece.subarray(offset - at)
      at += piece.length
    }
    return new Uint8Array(0)
  }
}
