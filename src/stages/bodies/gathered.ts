/** The bytes at a body's end that are not yet a chunk. */
export class Gathered {
  size = 0
  #pieces: Uint8Array[] = []

  add(piece: Uint8Array): void {
    this.size += piece.length
    this.#pieces.push(piece)
  }

  /** Takes the oldest bytes off. */
  take(size: number): Uint8Array {
    const [only] = this.#pieces
    const all = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces, this.size)
    this.#pieces = all.length > size ? [all.subarray(size)] : []
    this.size -= size
    return all.subarray(0, size)
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
