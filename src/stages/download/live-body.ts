import { AttemptFailure } from '../../model/attempt-failure.ts'
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
export function liveBody(rooms: DownloadRooms, { call }: Order, { response, head }: Reached): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
      const left = new AbortController()
      let given: TransportFailure | undefined
      const give = (reason: TransportFailure): void => {
        given = reason
        response.discard()
      }
      const watch = isEndless(call, head) ? undefined : new Watch(rooms.clock, call.settings.timeouts, give)
      const iterator = opened(rooms, call, { response, head, watch, signal: left.signal })[Symbol.asyncIterator]()
      return {
        async next() {
          watch?.wake()
          try {
            const next = await iterator.next()
            // To give a body up ends it, and an end that nobody announced is not one.
            if (given !== undefined) throw given
            if (next.done === true) watch?.end()
            else {
              watch?.arrived(next.value.length)
              watch?.rest()
            }
            return next
          } catch (error) {
            watch?.end()
            throw told(given ?? error, call)
          }
        },
        async return() {
          watch?.end()
          response.discard()
          left.abort()
          await iterator.return?.(undefined)
          return { done: true, value: undefined }
        },
      }
    },
  }
}

/** The body without its codings; one that would never end is left. The signal is its reader's: that of the flight ended with the headers. */
async function* opened(
  rooms: DownloadRooms,
  call: Order['call'],
  { response, head, ...how }: Pick<Reached, 'response' | 'head'> & { watch: Watch | undefined; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const wire = { bytes: 0 }
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
