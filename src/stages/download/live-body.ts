import { HoldfastError } from '../../model/errors.ts'
import { headerOf } from '../../model/headers.ts'
import { TransportFailure } from '../../model/transport.ts'
import { isEndless } from '../../policy/admission.ts'
import type { DownloadRooms, Order } from './order.ts'
import type { Reached } from './reach.ts'
import { Watch } from './watch.ts'

/**
 * A body that is passed through, as the caller reads it. To leave it is to give the connection up, also where nothing was read yet.
 * Only what is meant never to end may be silent: any other body is watched as if it were stored.
 */
export function liveBody(rooms: DownloadRooms, { call }: Order, { response, head }: Reached): AsyncIterable<Uint8Array> {
  const coding = headerOf(head.headers, 'content-encoding')
  const body = response.decoded ? response.body : rooms.decoded(response.body, coding)
  return {
    [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
      const iterator = body[Symbol.asyncIterator]()
      let given: TransportFailure | undefined
      const give = (reason: TransportFailure): void => {
        given = reason
        response.discard()
      }
      const watch = isEndless(call, head) ? undefined : new Watch(rooms.clock, call.settings.timeouts, give)
      return {
        async next() {
          watch?.wake()
          try {
            const next = await iterator.next()
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
          await iterator.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

/** Out of the house a broken body is what it is to fetch: a TypeError, here with a code. */
function told(error: unknown, { url, method }: { url: string; method: string }): unknown {
  return error instanceof TransportFailure ? new HoldfastError(error.code, error.message, { url, method, cause: error }) : error
}
