import { isUtf8 } from 'node:buffer'
import { isBytes } from '../../model/bytes.ts'
import { allow, type Clock } from '../../model/clock.ts'
import { headerOf } from '../../model/headers.ts'
import { type Transport, TransportFailure, type WireRequest, type WireResponse } from '../../model/transport.ts'
import { failureFrom } from './failure.ts'
import { FetchBody } from './fetch-body.ts'
import { fetchHead } from './fetch-head.ts'
import { Interruption } from './interruption.ts'
import { Sending } from './sending.ts'

type Fetch = typeof globalThis.fetch

/** Media types of text, and how much of it is given as such. */
const TEXT = /^text\/|json|xml|form-urlencoded/
const MOST_TEXT = 1024 * 1024

export interface FetchOptions {
  readonly clock: Clock
  readonly sending?: Sending
}

/**
 * A transport over a `fetch`: `options.fetch`, a `globalThis.fetch` that was replaced by a mock or by instrumentation, or Node's own
 * where a dispatcher guides it. `fetchFn` is asked at each request, so that a mock counts from the moment it is there.
 *
 * What it cannot see, and `wireTransport` can:
 * - how a body without Content-Length ended (`framing: 'unknown'`): a close-delimited body cut short looks whole;
 * - bytes beyond a Content-Length that is too small: they are cut off in silence;
 * - a compressed body that lacks its end or its checksum: Node's fetch decodes what there is, and calls it whole;
 * - the length of a compressed body: Content-Length counts other bytes than those that arrive;
 * - the connection: one time limit of connect and headers together, and no repetition after a stale connection;
 * - the head as it came: fields sorted by name, values of one name joined but for Set-Cookie, statuses 1xx hidden.
 */
export function fetchTransport(fetchFn: () => Fetch, { clock, sending = new Sending() }: FetchOptions): Transport {
  return {
    name: 'fetch',
    send: (request) => sending.during(request.url.href, () => new FetchExchange(request, clock).run(fetchFn())),
    async close() {},
  }
}

class FetchExchange {
  readonly #request: WireRequest
  readonly #clock: Clock
  readonly #controller = new AbortController()

  constructor(request: WireRequest, clock: Clock) {
    this.#request = request
    this.#clock = clock
  }

  async run(fetch: Fetch): Promise<WireResponse> {
    const { signal, connectTimeout, headersTimeout, url } = this.#request
    signal.throwIfAborted()
    const interruption = new Interruption(signal, (reason) => this.#controller.abort(reason))
    const allowed = connectTimeout + headersTimeout
    const late = (): void => interruption.interrupt(new TransportFailure('TIMEOUT', `no answer within ${allowed} ms`))
    const timer = allowed === Infinity ? undefined : allow(this.#clock, allowed, late)
    try {
      return this.#answer(await interruption.guard(this.#ask(fetch, url), giveUp), interruption)
    } catch (error) {
      interruption.end()
      throw interruption.reason ? interruption.reason.is : failureFrom(error, 'head')
    } finally {
      timer?.cancel()
    }
  }

  /** Async, so that a mock that throws at once is like one that rejects. */
  async #ask(fetch: Fetch, url: URL): Promise<Response> {
    const { method, headers, body, dispatcher } = this.#request
    const conditional = headers.some(([name]) => name.startsWith('if-'))
    const init: RequestInit & { duplex?: 'half' } = { method, headers: [...headers] as [string, string][], redirect: 'manual' }
    init.signal = this.#controller.signal
    // By default fetch adds `no-cache` to a conditional request, and every cache on the way goes to the origin. This mode adds
    // nothing; Node's fetch has no cache that it could read from. Only where it is needed: some replacements do have one.
    if (conditional) init.cache = 'force-cache'
    if (body !== undefined) init.body = given(body, headerOf(headers, 'content-type'))
    if (body instanceof ReadableStream) init.duplex = 'half'
    if (dispatcher !== undefined) init.dispatcher = dispatcher as NonNullable<RequestInit['dispatcher']>
    return fetch(url.href, init)
  }

  #answer(response: Response, interruption: Interruption): WireResponse {
    try {
      const head = fetchHead(response, this.#request.method)
      const body = new FetchBody(response, interruption, head)
      return { ...head.answer, body, discard: () => body.discard() }
    } catch (error) {
      giveUp(response)
      throw error
    }
  }
}

/** Mocks compare the text that was sent, or parse it. Only what has its type: to a text without one, fetch gives one. */
function given(body: NonNullable<WireRequest['body']>, type = ''): string | Uint8Array<ArrayBuffer> | ReadableStream {
  return isBytes(body) && body.length <= MOST_TEXT && TEXT.test(type) && isUtf8(body)
    ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(body)
    : (body as Uint8Array<ArrayBuffer> | ReadableStream)
}

/** Lets go of an answer that nobody will read. A mock may have handed out anything, also something without a body. */
function giveUp(response: Response | undefined): void {
  response?.body?.cancel?.().catch(() => {
    // It was read or broken already.
  })
}
