import { bytesFrom, holdOf } from '../../model/body-chunks.ts'
import type { Coming } from '../../model/stored-body.ts'
import { broken } from './breaks.ts'

/** How a follower sees the writer. */
export interface FollowerSource {
  readonly url: string
  bytes(): number
  /** Another number from then on, where the body that was coming is none any more. */
  epoch(): number
  /** A copy of at most so many bytes from an offset on; at least one where there are any. */
  read(from: number, most: number): Promise<Uint8Array>
}

/** What a follower says of itself to those whom it follows. */
export interface Place {
  /** It reads. May be called again. */
  begin(): void
  /** Called once, when the reader has everything, has left, or has seen the stream break. */
  over(): void
}

const NOWHERE: Place = { begin: () => undefined, over: () => undefined }

/** Bytes kept back until the body has passed: so a refusal, or a body that turns out damaged, breaks the stream instead of ending it. */
const WITHHELD = 1

/** Largest piece handed out. */
const PIECE = 64 * 1024

/** Reads a body while it is being written, at its own pace: a slow reader holds nobody back, for it reads what is at rest. */
export class Follower implements AsyncIterableIterator<Uint8Array>, Coming {
  /** Nobody else has them. */
  readonly pieces = 'own'
  handedOut = 0
  rest: Coming['rest']
  #source: FollowerSource
  #place: Place
  #ended = false
  #broken: Error | undefined
  #wake: (() => void) | undefined
  readonly #told: number | undefined

  /** `told`: how long the body is, where the head says so that its reader has. */
  constructor(source: FollowerSource, place: Place, told: number | undefined) {
    this.#source = source
    this.#place = place
    this.#told = told
  }

  /** Another writer goes on, of whom nothing was handed out yet. */
  move(source: FollowerSource, place: Place): void {
    this.#finish()
    this.#source = source
    this.#place = place
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

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      this.#place.begin()
      if (this.#broken !== undefined) return this.#fail(this.#broken)
      if (this.#place === NOWHERE) return this.return()
      const ended = this.#ended
      const bytes = this.#source.bytes()
      if (ended && bytes !== (this.#told ?? bytes))
        return this.#fail(broken(`${bytes} bytes came in the place of ${this.#told}`, this.#source.url))
      const free = bytes - (ended ? 0 : WITHHELD)
      if (this.handedOut < free) {
        const piece = await this.#piece(free).catch((error: unknown) => this.#fail(error))
        if (piece.length > 0) return { done: false, value: piece }
      } else if (ended) return this.return()
      else await this.#news()
    }
  }

  /** Also while a piece is waited for: whoever waits keeps the process alive. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#finish()
    this.wake()
    return { done: true, value: undefined }
  }

  #fail(error: unknown): never {
    this.#finish()
    throw error
  }

  #finish(): void {
    const place = this.#place
    this.#place = NOWHERE
    place.over()
  }

  async #piece(free: number): Promise<Uint8Array> {
    const source = this.#source
    const epoch = source.epoch()
    const isOver = (): boolean => source !== this.#source || epoch !== source.epoch()
    const found = await source.read(this.handedOut, Math.min(PIECE, free - this.handedOut)).catch(async (error: unknown) => {
      if (!isOver()) await this.#goOn(error)
      return new Uint8Array(0)
    })
    if (this.#broken !== undefined) throw this.#broken
    // The writer may have started over while the read was under way: to a reader of nothing yet, these bytes have never been.
    if (isOver()) return new Uint8Array(0)
    this.handedOut += found.length
    return found
  }

  /** Its place did not give back what came: it is read on as what it is kept as. */
  async #goOn(error: unknown): Promise<void> {
    const rest = await this.rest?.().catch(() => undefined)
    const place = this.#place
    if (this.#broken !== undefined || place === NOWHERE) return
    if (rest === undefined) throw error
    const end = holdOf(rest)
    const over = (): void => {
      end()
      place.over()
    }
    this.#place = { begin: () => undefined, over }
    this.#source = { ...this.#source, read: (from, most) => bytesFrom(rest, from, most) }
    this.rest = undefined
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
