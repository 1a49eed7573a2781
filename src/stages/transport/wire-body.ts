import type { IncomingMessage } from 'node:http'
import { ballast } from '../../model/ballast.ts'

/** What ended a body: `with` is thrown at its reader. */
interface Broken {
  readonly with: unknown
}

type Step = IteratorResult<Uint8Array, undefined>

const END: Step = { done: true, value: undefined }

/** So much lies ready before the origin has to wait: what one read of a socket brings. Node's stream holds as much again. */
const READ_AHEAD = 64 * 1024

/** Bytes of a piece below which those that lie ready are given as one. */
const SMALL = 1024

/**
 * The bytes of an answer, pulled. Events and `pause()` rather than the stream's own iterator: a small answer is here as a whole
 * before its reader asks, and its connection free; and what had arrived before a connection broke is still handed out, where
 * the iterator throws it away.
 */
export class WireBody implements AsyncIterableIterator<Uint8Array> {
  readonly #message: IncomingMessage
  readonly #settled: () => void
  readonly #ready: Uint8Array[] = []
  readonly #readers: PromiseWithResolvers<Step>[] = []
  #state: 'flowing' | 'paused' | 'ended' = 'flowing'
  #readyBytes = 0
  #broken: Broken | undefined

  /** `settled` is called once, when the message has ended, broken, or been given up. */
  constructor(message: IncomingMessage, settled: () => void) {
    this.#message = message
    this.#settled = settled
    message.on('data', this.#take)
    message.on('end', () => this.#end())
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Step> {
    const value = this.#first()
    if (value) {
      this.#readyBytes -= value.length
      this.#flow()
      return Promise.resolve({ done: false, value })
    }
    if (this.#broken) return Promise.reject(this.#broken.with)
    if (this.#state === 'ended') return Promise.resolve(END)
    const reader = Promise.withResolvers<Step>()
    this.#readers.push(reader)
    return reader.promise
  }

  /** Tens of thousands of small ones (a byte in each chunk) all at once: to take the first of a long list moves all that are behind it. */
  #first(): Uint8Array | undefined {
    const isMany = this.#ready.length > 1 && this.#readyBytes < this.#ready.length * SMALL
    return isMany ? Buffer.concat(this.#ready.splice(0)) : this.#ready.shift()
  }

  return(): Promise<Step> {
    this.discard()
    return Promise.resolve(END)
  }

  /** The connection broke. What had arrived is handed out first: a download can go on from there. */
  break(error: unknown): void {
    if (this.#isOver) return
    this.#message.off('data', this.#take)
    for (let rest: unknown = this.#message.read(); rest !== null; rest = this.#message.read()) this.#take(rest as Uint8Array)
    this.#stop({ with: error })
  }

  /** The reader is told at once, and what lies ready is dropped. */
  abort(reason: unknown): void {
    if (this.#isOver) return
    this.#ready.length = 0
    this.#stop({ with: reason })
  }

  /** Nobody reads on. An answer that is all here has let go of its connection by now; any other takes it along. */
  discard(): void {
    this.#ready.length = 0
    if (this.#isOver) return
    this.#message.destroy()
    this.#end()
  }

  /** There is nothing to read, whatever comes: for an answer that has no body. */
  skip(): void {
    this.#message.off('data', this.#take)
    this.#message.resume()
    this.#end()
  }

  get #isOver(): boolean {
    return this.#state === 'ended' || this.#broken !== undefined
  }

  readonly #take = (bytes: Uint8Array): void => {
    ballast(bytes.length)
    const reader = this.#readers.shift()
    if (reader) reader.resolve({ done: false, value: bytes })
    else this.#keep(bytes)
  }

  #keep(bytes: Uint8Array): void {
    this.#ready.push(bytes)
    this.#readyBytes += bytes.length
    if (this.#readyBytes < READ_AHEAD || this.#state !== 'flowing') return
    this.#state = 'paused'
    this.#message.pause()
  }

  #flow(): void {
    if (this.#state !== 'paused' || this.#readyBytes >= READ_AHEAD) return
    this.#state = 'flowing'
    this.#message.resume()
  }

  #end(): void {
    if (this.#isOver) return
    this.#state = 'ended'
    for (const reader of this.#readers.splice(0)) reader.resolve(END)
    this.#settled()
  }

  #stop(broken: Broken): void {
    this.#broken = broken
    for (const reader of this.#readers.splice(0)) reader.reject(broken.with)
    this.#settled()
  }
}
