import { AttemptFailure, type FailedAnswer } from '../../model/attempt-failure.ts'
import { headerOf } from '../../model/headers.ts'
import { parseHttpDate } from '../../policy/http-date.ts'
import { classify, retryAfterMs } from '../../policy/retry.ts'
import type { DownloadRooms, Series } from './order.ts'
import type { Reached } from './reach.ts'
import type { Asked } from './request-headers.ts'

/** The largest error page that is kept to be handed on, in bytes. */
const ERROR_PAGE_LIMIT = 1024 * 1024

/** The body as the caller reads it. To leave it is to give the connection up, also where nothing was read yet. */
export function liveBody(rooms: DownloadRooms, { response, head }: Reached): AsyncIterable<Uint8Array> {
  const body = response.decoded ? response.body : rooms.decoded(response.body, headerOf(head.headers, 'content-encoding'))
  return {
    [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
      const iterator = body[Symbol.asyncIterator]()
      return {
        next: () => iterator.next(),
        return: async () => {
          response.discard()
          await iterator.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

/** A status that says "not now": its page is kept, for it is the answer if nothing better comes. */
export async function failedAnswer(
  rooms: DownloadRooms,
  series: Series,
  { reached, asked }: { reached: Reached; asked: Asked },
): Promise<AttemptFailure> {
  const { head } = reached
  const { retry } = series.order.call.settings
  const date = headerOf(head.headers, 'date')
  const retryAfter = retryAfterMs(
    headerOf(head.headers, 'retry-after'),
    date === undefined ? undefined : parseHttpDate(date, head.receivedAt),
    head.receivedAt,
  )
  // In the middle of a resume the origin had the file a moment ago, so any refusal may pass.
  const verdict = asked.from === undefined ? classify(head, retry) : 'yes'
  const page = await errorPage(rooms, reached)
  return new AttemptFailure('STATUS', `the origin answered ${head.status} ${head.statusText}`.trimEnd(), {
    retry: verdict,
    retryAfter,
    ...(page !== undefined && { answer: page }),
  })
}

async function errorPage(rooms: DownloadRooms, reached: Reached): Promise<FailedAnswer | undefined> {
  const pieces: Uint8Array[] = []
  let size = 0
  try {
    for await (const piece of liveBody(rooms, reached)) {
      size += piece.length
      if (size > ERROR_PAGE_LIMIT) break
      pieces.push(piece)
    }
  } catch {
    // The page broke too: the status alone is what is known, and an empty page says no less.
  }
  return { head: reached.head, body: Buffer.concat(pieces) }
}
