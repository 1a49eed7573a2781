import { blockOf } from './body.ts'

/** Compares a large body with what the origin has, byte for byte, as it comes. */
export class Comparison {
  readonly #block: Buffer
  bytes = 0
  isRight = true

  /** One block serves any number of comparisons. */
  constructor(block: Buffer = blockOf()) {
    this.#block = block
  }

  take(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const start = this.bytes % this.#block.length
      const length = Math.min(chunk.length - at, this.#block.length - start)
      if (this.isRight) this.isRight = this.#block.compare(chunk, at, at + length, start, start + length) === 0
      at += length
      this.bytes += length
    }
  }

  told(size: number): string {
    return this.isRight && this.bytes === size ? 'exact' : 'corrupt'
  }
}
