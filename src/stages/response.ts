import { AttemptFailure } from '../model/attempt-failure.ts'
import type { Call } from '../model/call.ts'
import type { Clock } from '../model/clock.ts'
import { HoldfastError, HttpError } from '../model/errors.ts'
import { headerOf } from '../model/headers.ts'
import type { Inspection } from '../model/inspection.ts'
import { CHUNK_SIZE } from '../model/record.ts'
import type { Served, StoredBody } from '../model/rooms.ts'
import { cacheStatus } from '../policy/cache-status.ts'
import { candidateOf } from '../policy/candidate.ts'
import { ageOf } from '../policy/freshness.ts'
import { inspectionOf } from '../policy/inspection.ts'
import { failedAnswer, isAnswered } from '../policy/served.ts'

/** Largest piece of a stored body handed out at once: a copy, so that nobody can change what others read. */
const PIECE = 64 * 1024

/** Statuses whose responses have no body (Fetch standard 2.2.3, null body status). */
const NULL_BODY: ReadonlySet<number> = new Set([204, 205, 304])

type Body = ConstructorParameters<typeof Response>[0]

/** As the platform's Response is: `url`, `redirected` and `type` are accessors there, which its type does not say. */
interface PlatformResponse extends Omit<Response, 'url' | 'redirected' | 'type' | 'clone'> {
  clone(): Response
}
const PlatformResponse = Response as unknown as new (body: Body, init: ResponseInit) => PlatformResponse

/**
 * A Response that knows where it came from: `new Response()` takes neither `url` nor `redirected`, and a clone would lose them.
 * Otherwise a Response like any other.
 */
class HeldResponse extends PlatformResponse {
  readonly #served: Served
  /** Epoch milliseconds of the answer. */
  readonly #at: number

  constructor(body: Body, init: ResponseInit, { served, at }: { served: Served; at: number }) {
    super(body, init)
    this.#served = served
    this.#at = at
  }

  static inspected(response: Response): Inspection | undefined {
    return #served in response ? inspectionOf(response.#served, response.#at) : undefined
  }

  get url(): string {
    return this.#served.held.version.url
  }

  get redirected(): boolean {
    return this.#served.held.version.redirected
  }

  get type(): Response['type'] {
    return 'basic'
  }

  override clone(): Response {
    const { body, status, statusText, headers } = super.clone()
    return new HeldResponse(body, { status, statusText, headers }, { served: this.#served, at: this.#at })
  }
}

/** What the answers of one instance have in common. */
export interface Reception {
  readonly clock: Clock
  readonly presence: Presence
}

/** As in presence.ts: the process stays while a caller waits for the next piece. */
interface Presence {
  during<T>(work: Promise<T>): Promise<T>
}

/** Builds the Response that one caller gets: its own headers, its own body. */
export function respond(served: Served, { clock, presence }: Reception): Response {
  const { call, held } = served
  const { version } = held
  const bodyless = call.method === 'HEAD' || NULL_BODY.has(version.status)
  const init = { status: version.status, statusText: version.statusText, headers: headersOf(served, clock) }
  return new HeldResponse(bodyless ? null : bodyOf(served.body, presence), init, { served, at: clock.now() })
}

/** A failure inside the house as callers see it: with its code, its URL, and each attempt. */
export function told(failure: unknown, call: Call, reception: Reception): Error {
  if (!(failure instanceof AttemptFailure)) return failure as Error
  const { url, method } = call
  if (isAnswered(failure)) return new HttpError(respond(failedAnswer(call, failure), reception), { method, url })
  const code = failure.code === 'STATUS' ? 'PROTOCOL' : failure.code
  return new HoldfastError(code, failure.message, { url, method, attempts: failure.attempts, cause: failure.cause ?? failure })
}

/** What a response was: where it came from, and why. Undefined if it is not one of ours. */
export function inspect(response: Response): Inspection | undefined {
  return HeldResponse.inspected(response)
}

function headersOf(served: Served, clock: Clock): [string, string][] {
  const { held, own, status } = served
  const headers: [string, string][] = []
  for (const [name, value] of held.version.headers) {
    if (name !== 'age' && name !== 'cache-status') headers.push([name, value])
  }
  for (const [name, value] of own) headers.push([name, value])
  const candidate = candidateOf(held)
  const age = ageOf(candidate.facts, candidate, clock.now())
  // RFC 9111 5.1: Age says that the answer was not made or confirmed for this request.
  if (status.name === 'hit' || served.outcome === 'fallback' || age >= 1000) headers.push(['age', String(Math.floor(age / 1000))])
  headers.push(['cache-status', cacheStatus(status, headerOf(held.version.headers, 'cache-status'))])
  return headers
}

function bodyOf(body: Served['body'], presence: Presence): Body {
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>
  return Symbol.asyncIterator in body ? streamOf(body, { presence }) : streamOf(pieces(body), { presence, end: body.hold() })
}

/**
 * A byte stream over a source. Pieces are copied out: an enqueued buffer is detached from its owner, and nobody may change what others
 * read. `end` is called once, when the stream has ended, broken, or been left, read from or not.
 */
function streamOf(
  source: AsyncIterable<Uint8Array>,
  { presence, end = () => undefined }: { presence: Presence; end?: () => void },
): ReadableStream<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]()
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      try {
        const next = await presence.during(nextPiece(iterator))
        if (next.done !== true) return controller.enqueue(new Uint8Array(next.value))
        controller.close()
        controller.byobRequest?.respond(0)
      } catch (error) {
        end()
        throw error
      }
      end()
    },
    async cancel() {
      end()
      await iterator.return?.()
    },
  })
}

async function nextPiece(iterator: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  for (;;) {
    const next = await iterator.next()
    if (next.done === true || next.value.length > 0) return next
  }
}

/** Reads a stored body chunk by chunk, each checked before a byte of it is handed out. */
async function* pieces(body: StoredBody): AsyncGenerator<Uint8Array> {
  for (let n = 0; n * CHUNK_SIZE < body.size; n++) {
    const chunk = await body.chunk(n)
    for (let from = 0; from < chunk.length; from += PIECE) yield chunk.subarray(from, from + PIECE)
  }
}
