import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { Call } from '../../model/call.ts'
import { HoldfastError } from '../../model/errors.ts'
import { headerOf } from '../../model/headers.ts'
import { TransportFailure } from '../../model/transport.ts'
import { isCoded } from '../../policy/content-coding.ts'
import { isEndless } from '../../policy/keeping.ts'
import { arrivingFrom, counted, refuseTooMuch } from './fill.ts'
import type { DownloadRooms, Order, Series } from './order.ts'
import type { Reached } from './reach.ts'
import { Watch } from './watch.ts'

/**
 * A body that is passed through, as the caller reads it. To leave it is to give the connection up, also where nothing was read yet.
 * Only what is meant never to end may be silent: any other body is watched as if it were stored.
 */
export function liveBody(rooms: DownloadRooms, { call }: Order, reached: Reached): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => new LiveReader(rooms, call, reached) }
}

/** It is the connection itself, so the caller's signal ends it, as in fetch. */
class LiveReader implements AsyncIterator<Uint8Array> {
  readonly #call: Call
  readonly #response: Reached['response']
  readonly #watch: Watch | undefined
  readonly #left = new AbortController()
  readonly #body: AsyncGenerator<Uint8Array>
  #given: { reason: unknown } | undefined

  constructor(rooms: DownloadRooms, call: Call, { response, head }: Reached) {
    this.#call = call
    this.#response = response
    const give = (reason: unknown): void => this.#give(reason)
    const watch = isEndless(call, head) ? undefined : new Watch(rooms.clock, call.settings.timeouts, give)
    this.#watch = watch
    // An answer is here before somebody asks for its body.
    watch?.rest()
    this.#body = opened(rooms, call, { response, head, watch, signal: this.#left.signal })
    call.signal?.addEventListener('abort', this.#leave, { once: true })
    if (call.signal?.aborted) this.#leave()
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    this.#watch?.wake()
    try {
      const next = await this.#body.next()
      // To give a body up ends it, and an end that nobody announced is not one.
      if (this.#given !== undefined) throw this.#given.reason
      if (next.done === true) this.#end()
      else {
        this.#watch?.arrived(next.value.length)
        this.#watch?.rest()
      }
      return next
    } catch (error) {
      this.#end()
      throw told(this.#given === undefined ? error : this.#given.reason, this.#call)
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#end()
    this.#response.discard()
    this.#left.abort()
    await this.#body.return(undefined)
    return { done: true, value: undefined }
  }

  readonly #leave = (): void => this.#give(this.#call.signal?.reason)

  #give(reason: unknown): void {
    this.#given ??= { reason }
    this.#response.discard()
    this.#left.abort()
  }

  #end(): void {
    this.#watch?.end()
    this.#call.signal?.removeEventListener('abort', this.#leave)
  }
}

/** The body without its codings; one that would never end is left. The signal is its reader's: that of the flight ended with the headers. */
async function* opened(
  rooms: DownloadRooms,
  call: Call,
  { response, head, ...how }: Pick<Reached, 'response' | 'head'> & { watch: Watch | undefined; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const wire = { bytes: 0, watch: how.watch }
  const arriving = arrivingFrom(rooms, { response, head }, { ...how, call })
  const raw = isCoded(head.headers) ? counted(arriving, [], wire) : arriving
  const body = response.decoded ? arriving : rooms.decoded(raw, headerOf(head.headers, 'content-encoding'))
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.length
    refuseTooMuch({ call, head }, bytes, wire)
    yield piece
  }
}

/** Out of the house a broken body is what it is to fetch: a TypeError, here with a code. */
function told(error: unknown, { url, method }: { url: string; method: string }): unknown {
  if (error instanceof AttemptFailure && error.code !== 'STATUS')
    return new HoldfastError(error.code, error.message, { url, method, cause: error })
  return error instanceof TransportFailure ? new HoldfastError(error.code, error.message, { url, method, cause: error }) : error
}

/** Who follows a body that broke cannot go on with a stream in its place, which may have no end. */
export async function leaveFollowers({ order, partial }: Series, { response }: Reached): Promise<void> {
  if (partial === undefined) return
  const failure = new AttemptFailure('PROTOCOL', 'in the place of a body that broke came a stream that may never end', {
    retry: 'yes',
  })
  if (order.call.settings.delivery !== 'streaming') return partial.writer.abandon('all', failure)
  response.discard()
  throw failure
}
