/** What a peer has sent, waiting to be read piece by piece. */
export class Inbox {
  #pieces: Buffer[] = []
  #length = 0
  #ended = false
  #wake: () => void = () => {}

  push(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#length += piece.length
    this.#wake()
  }

  end(): void {
    this.#ended = true
    this.#wake()
  }

  /** The next byte, which stays; undefined if the peer has ended. */
  async peek(): Promise<number | undefined> {
    while (this.#length === 0) {
      if (this.#ended) return undefined
      await this.#more()
    }
    return this.#joined()[0]
  }

  /** Exactly `count` bytes; undefined if the peer ended before. */
  async take(count: number): Promise<Buffer | undefined> {
    while (this.#length < count) {
      if (this.#ended) return undefined
      await this.#more()
    }
    const all = this.#joined()
    this.#replace(all.subarray(count))
    return all.subarray(0, count)
  }

  /** The bytes before `mark`, which is dropped; undefined if the peer ended before it. */
  async until(mark: string): Promise<Buffer | undefined> {
    for (;;) {
      const all = this.#joined()
      const at = all.indexOf(mark, 0, 'latin1')
      if (at >= 0) {
        this.#replace(all.subarray(at + mark.length))
        return all.subarray(0, at)
      }
      if (this.#ended) return undefined
      await this.#more()
    }
  }

  #joined(): Buffer {
    const [only] = this.#pieces
    const all = this.#pieces.length === 1 && only ? only : Buffer.concat(this.#pieces)
    this.#replace(all)
    return all
  }

  #replace(rest: Buffer): void {
    this.#pieces = [rest]
    this.#length = rest.length
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
