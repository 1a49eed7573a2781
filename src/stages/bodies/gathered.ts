/** Pieces that are kept as they came, however small: most bodies have no more. */
const FEW = 16

/** Bytes of a piece that is small, and of the room for many of those. */
const SMALL = 4 * 1024
const ROOM = 64 * 1024

/**
 * Bytes in the pieces that they came in. Of many small ones the later are put together: who reads would go through all of them for each, and
 * one byte may hold the memory of 16 KiB out of which it is a part.
 */
export class Gathered {
  size = 0
  readonly #pieces: Uint8Array[] = []
  #room = new Uint8Array(0)
  #filled = 0
  /** Where the last piece begins in the room; undefined where it is not there. */
  #begins: number | undefined

  add(piece: Uint8Array): void {
    this.size += piece.length
    if (piece.length < SMALL && this.#pieces.length >= FEW) {
      this.#join(piece)
    } else {
      this.#begins = undefined
      this.#pieces.push(piece)
    }
  }

  #join(piece: Uint8Array): void {
    if (this.#filled + piece.length > this.#room.length) {
      this.#room = new Uint8Array(ROOM)
      this.#filled = 0
      this.#begins = undefined
    }
    this.#room.set(piece, this.#filled)
    if (this.#begins !== undefined) this.#pieces.pop()
    this.#begins ??= this.#filled
    this.#filled += piece.length
    this.#pieces.push(this.#room.subarray(this.#begins, this.#filled))
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
