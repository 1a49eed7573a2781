/** How a follower sees the writer. */
export interface FollowerSource {
  bytes(): number
  /** Some bytes from an offset on; at least one where there are any. */
  read(from: number): Promise<Uint8Array>
  done(): void
}

/** Bytes kept back until the body has passed: so a refusal, or a body that turns out damaged, breaks the stream instead of ending it. */
const WITHHELD = 1

/** Largest piece handed out. */
const PIECE = 64 * 1024

/** Reads a body while it is being written, at its own pace: a slow reader holds nobody back, for it reads what is at rest. */
export class Follower implements AsyncIterable<Uint8Array> {
  handedOut = 0
  #source: FollowerSource | undefined
  #ended = false
  #broken: Error | undefined
  #wake: (() => void) | undefined

  /** Another writer goes on, of whom nothing was handed out yet. */
  move(source: FollowerSource): void {
    this.#source = source
    this.wake()
  }

  wake(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  end(): void {
    this.#ended = true
    this.wake()
  }

  break(reason: Error): void {
    this.#broken ??= reason
    this.wake()
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    try {
      for (;;) {
        if (this.#broken !== undefined) throw this.#broken
        const ended = this.#ended
        const free = (this.#source?.bytes() ?? 0) - (ended ? 0 : WITHHELD)
        if (this.handedOut < free) yield await this.#next(free)
        else if (ended) return
        else await this.#news()
      }
    } finally {
      this.#source?.done()
    }
  }

  async #next(free: number): Promise<Uint8Array> {
    const source = this.#source
    const found = (await source?.read(this.handedOut)) ?? new Uint8Array(0)
    // The writer may have started over while the read was under way.
    if (this.#broken !== undefined) throw this.#broken
    if (source !== this.#source) return new Uint8Array(0)
    const piece = found.subarray(0, Math.min(PIECE, free - this.handedOut))
    this.handedOut += piece.length
    return piece
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
