import { ballast } from '../../model/ballast.ts'
import { given, loanOf } from '../../model/body-chunks.ts'
import { isBytes } from '../../model/bytes.ts'
import { CHUNK_SIZE } from '../../model/record.ts'
import type { Loan, StoredBody } from '../../model/rooms.ts'
import type { ByteRange } from '../../policy/byte-ranges.ts'
import type { Turns } from './turns.ts'

/** Largest piece of a stored body handed out at once: a copy, so that nobody can change what others read. */
const PIECE = 64 * 1024

/** A body at rest, or a part of it, as one reader goes through it. What it gives is read until it is asked for more, and is not to be kept. */
export class Pieces implements AsyncIterableIterator<Uint8Array> {
  readonly #body: Uint8Array | StoredBody
  readonly #turns: Turns
  /** Exclusive. */
  readonly #to: number
  #at: number
  /** What is in hand, up to where, and where the body stands in it. */
  #loan: Loan | undefined
  #loanedTo = 0
  #loanedFrom = 0

  constructor(body: Uint8Array | StoredBody, turns: Turns, { from, to }: ByteRange = { from: 0, to: Number.POSITIVE_INFINITY }) {
    this.#body = body
    this.#turns = turns
    this.#at = from
    this.#to = Math.min(to + 1, isBytes(body) ? body.length : body.size)
    if (isBytes(body)) this.#take(given(body), 0)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** The next piece, where it is in memory and may be had in this turn. */
  now(): Uint8Array | undefined {
    const length = Math.min(PIECE, this.#loanedTo - this.#at)
    return length > 0 && this.#turns.take(this, length) ? this.#piece(length) : undefined
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#at >= this.#loanedTo) {
      this.#giveBack()
      if (this.#at >= this.#to || isBytes(this.#body)) return { done: true, value: undefined }
      // Each chunk is checked before a byte of it is handed out.
      const n = Math.floor(this.#at / CHUNK_SIZE)
      this.#take(await loanOf(this.#body, n), n * CHUNK_SIZE)
    }
    const length = Math.min(PIECE, this.#loanedTo - this.#at)
    await this.#turns.next(this, length)
    return { done: false, value: this.#piece(length) }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#at = this.#to
    this.#giveBack()
    return { done: true, value: undefined }
  }

  #take(loan: Loan, from: number): void {
    this.#loan = loan
    this.#loanedFrom = from
    this.#loanedTo = Math.min(from + loan.bytes.length, this.#to)
  }

  #piece(length: number): Uint8Array {
    // What a crowd of readers has in hand survives, and the young generation would grow with them.
    if (!this.#turns.isCrowded) ballast(length)
    const from = this.#at - this.#loanedFrom
    this.#at += length
    return this.#loan?.bytes.subarray(from, from + length) ?? new Uint8Array(0)
  }

  #giveBack(): void {
    this.#loan?.end()
    this.#loan = undefined
    this.#loanedTo = 0
  }
}
