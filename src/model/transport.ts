import type { HeaderList } from './headers.ts'
import type { RedirectFacts } from './record.ts'

/** How the end of a body was told: only a length or chunks prove that it was whole. */
export type Framing = 'length' | 'chunked' | 'close' | 'none' | 'unknown'

export interface WireRequest {
  readonly method: string
  readonly url: URL
  readonly headers: HeaderList
  /** Sent again on each attempt; a stream can be sent once only. */
  readonly body?: Uint8Array | ReadableStream<Uint8Array>
  /** Told, by a transport that can tell, that the body begins to be sent, and that all of it has been. */
  readonly sending?: (state: 'begun' | 'done') => void
  readonly signal: AbortSignal
  /** Milliseconds until the connection (and its TLS) stands. */
  readonly connectTimeout: number
  /** Milliseconds from the connection to the end of the response's head. */
  readonly headersTimeout: number
  /** By what fetch is to send it, where not as ever. */
  readonly dispatcher?: Dispatcher | undefined
}

/** `init.dispatcher`: undici's, by which Node's fetch sends. By its one method, since beside the types of a browser there is no other name. */
export interface Dispatcher {
  readonly dispatch: (...args: never[]) => unknown
}

export interface WireResponse {
  readonly status: number
  readonly statusText: string
  /** As received, in order, several values apart; names in lower case. */
  readonly headers: HeaderList
  readonly framing: Framing
  /** True: `body` was decoded by the transport (fetch does), so Content-Length and Content-Encoding speak of other bytes. */
  readonly decoded: boolean
  /**
   * The body's bytes as they arrive, with backpressure; throws a {@link TransportFailure} when the framing does not end properly.
   * Leaving the iteration early destroys the connection.
   */
  readonly body: AsyncIterable<Uint8Array>
  /** Gives the connection up without reading. Idempotent. */
  discard(): void
}

export type TransportCode = 'DNS' | 'CONNECT' | 'TLS' | 'PROTOCOL' | 'TIMEOUT' | 'STALLED' | 'TRUNCATED' | 'BAD_ENCODING'

/** What a transport rejects with: one of the field's causes, told apart so that policy can say what to do about it. */
export class TransportFailure extends Error {
  readonly code: TransportCode
  /** False: asking again can never heal it (an expired certificate, a header of 20 MB). */
  readonly transient: boolean
  /** What had been followed to where it happened. */
  redirects: RedirectFacts | undefined

  constructor(code: TransportCode, message: string, facts: { cause?: unknown; transient?: boolean } = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'TransportFailure'
    this.code = code
    this.transient = facts.transient ?? true
  }
}

/** One way to send a request: over node:http(s), or through a fetch. An abort rejects with the signal's reason. */
export interface Transport {
  readonly name: 'wire' | 'fetch'
  send(request: WireRequest): Promise<WireResponse>
  close(): Promise<void>
}
