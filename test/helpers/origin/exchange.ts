import type { Socket } from 'node:net'
import type { ByteSource } from '../digest.ts'
import { encodeHead, type Fields, fieldValue, httpDate, mergeFields } from './fields.ts'
import type { Ending, OpenRecord, RecordedRequest } from './journal.ts'

/** What the origin does with one request. A plain function, so steps can be wrapped, chosen and passed on. */
export type Step = (exchange: Exchange) => Promise<void> | void

/** The client closed the connection before the step was through. Ends the step; not a mistake of the test. */
export class ClientGone extends Error {}

/** Where an exchange takes place. */
export interface Place {
  readonly socket: Socket
  /** Rejects with ClientGone when the connection is gone, and never settles otherwise. */
  readonly gone: Promise<never>
  readonly now: () => number
  /** True while the origin refuses new work: a connection is then not kept. */
  readonly leaving: () => boolean
  /** Breaks the connection off by a TCP reset. */
  readonly reset: () => void
}

const PIECE = 64 * 1024

/** One request and the means to answer it, properly or not. */
export class Exchange {
  readonly request: RecordedRequest
  /** 1 for the first request of this script's path. */
  readonly hit: number
  readonly now: () => number
  /** How a head leaves. A step may replace it, to let the head trickle. */
  sendHead: (head: Buffer) => Promise<void> = (head) => this.write(head)
  readonly #record: OpenRecord
  readonly #place: Place
  #ending: Ending = 'kept'
  #bodiless = false

  constructor(record: OpenRecord, place: Place, hit: number) {
    this.request = record.request
    this.hit = hit
    this.now = place.now
    this.#record = record
    this.#place = place
  }

  get ending(): Ending {
    return this.#ending
  }

  /** True once a head is out whose answer may not have a body. */
  get bodiless(): boolean {
    return this.#bodiless
  }

  /** Exactly these bytes, outside any framing; resolves when they have left for the kernel. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#place.socket.write(bytes, (error) => (error ? reject(new ClientGone('write failed', { cause: error })) : resolve()))
    })
  }

  /** A head with Date and Connection, unless the fields say otherwise. */
  async head(status: number, fields: Fields): Promise<void> {
    this.#bodiless = this.request.method === 'HEAD' || status === 204 || status === 304
    const keeps = this.request.keepAlive && !this.#place.leaving()
    const own = { Date: httpDate(this.now()), Connection: keeps ? 'keep-alive' : 'close' }
    const all = mergeFields(own, fields)
    if (!keeps || fieldValue(all, 'connection') === 'close') this.#ending = 'closed'
    if (this.#bodiless) this.#record.answered()
    await this.sendHead(encodeHead(status, all))
  }

  /** Body bytes as they are: counted, and dropped where the answer may not have a body. */
  async send(bytes: Uint8Array): Promise<void> {
    if (this.#bodiless || bytes.length === 0) return
    this.#record.count(bytes.length)
    await this.write(bytes)
  }

  /** Body bytes in pieces, never faster than the client takes them. */
  async sendPart(body: ByteSource): Promise<void> {
    for (let start = 0; start < body.length; start += PIECE) {
      await this.send(body.slice(start, Math.min(start + PIECE, body.length)))
    }
  }

  /** All the rest of a body: with its last piece the request is no longer in flight. */
  async sendAll(body: ByteSource): Promise<void> {
    const last = Math.max(0, body.length - PIECE)
    await this.sendPart({ length: last, slice: (start, end) => body.slice(start, end) })
    // Before the write: a client may act on the last byte before this side learns that it has left.
    this.#record.answered()
    await this.send(body.slice(last, body.length))
  }

  /** The end of a framing that is not counted: with it the request is no longer in flight. */
  async finish(bytes: Uint8Array): Promise<void> {
    this.#record.answered()
    await this.write(bytes)
  }

  /** Waits in real time, or until the client leaves. */
  async wait(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    try {
      await this.until(
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, ms)
        }),
      )
    } finally {
      clearTimeout(timer)
    }
  }

  /** Waits for the event, or until the client leaves. */
  until<T>(event: Promise<T>): Promise<T> {
    return Promise.race([event, this.#place.gone])
  }

  /** Says nothing more, until the client leaves. */
  silence(): Promise<never> {
    return this.#place.gone
  }

  /** Ends the connection in the proper way once the step is through. */
  closeAfter(): void {
    this.#ending = 'closed'
  }

  /** Closes the connection at once; what was written before still arrives. */
  destroy(): void {
    this.#ending = 'destroyed'
    this.#place.socket.destroy()
  }

  /** Breaks the connection off by a TCP reset; bytes that the client has not read yet may be lost to it. */
  reset(): void {
    this.#ending = 'reset'
    this.#place.reset()
  }
}
