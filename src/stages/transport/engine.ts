import type { ZlibStream } from './codings.ts'

const NOTHING = new Uint8Array(0)

/** A stream of node:zlib, to be asked rather than listened to. */
export class Engine {
  readonly #stream: ZlibStream
  #fed = 0
  #last: Uint8Array = NOTHING
  #isWriting = false
  #isFinishing = false
  #wake = (): void => {}
  /** True once everything that it decoded has been read. */
  hasEnded = false
  error: Error | undefined

  constructor(stream: ZlibStream) {
    this.#stream = stream
    // For its whole life: an engine that is destroyed in the middle of a write may still report.
    stream.on('error', (error) => {
      this.error ??= error
      this.#wake()
    })
    stream.on('readable', () => this.#wake())
    stream.on('end', () => {
      this.hasEnded = true
      this.#wake()
    })
    stream.on('close', () => this.#wake())
  }

  /** True while only the engine can bring news: it works, or it left bytes lying, and is about to say that it has ended. */
  get isBusy(): boolean {
    return this.#isWriting || this.#isFinishing || this.#stream.bytesWritten < this.#fed
  }

  /** What it was given and did not take, because its coding had ended before. */
  get rest(): Uint8Array {
    const taken = this.#stream.bytesWritten - (this.#fed - this.#last.length)
    return this.#last.subarray(taken)
  }

  read(): Uint8Array | undefined {
    return this.#stream.read() ?? undefined
  }

  write(bytes: Uint8Array): void {
    this.#fed += bytes.length
    this.#last = bytes
    this.#isWriting = true
    this.#stream.write(bytes, () => {
      this.#isWriting = false
      this.#wake()
    })
  }

  /** There is no more: an engine that has not reached its end by then reports an error. */
  finish(): void {
    this.#isFinishing = true
    this.#stream.end()
  }

  /** Resolves at the next news. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  destroy(): void {
    this.#stream.destroy()
  }
}
