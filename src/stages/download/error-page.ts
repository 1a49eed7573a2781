import { AttemptFailure, type FailedAnswer } from '../../model/attempt-failure.ts'
import { integrityAlgorithms } from '../../policy/integrity.ts'
import { askedWait } from '../../policy/rate-limit-fields.ts'
import { classify } from '../../policy/retry.ts'
import type { Arrival } from './arrival.ts'
import { pour } from './fill.ts'
import type { DownloadRooms, Series } from './order.ts'

/** A status that says "not now": its page is kept, for it is the answer if nothing better comes. */
export async function failedAnswer(rooms: DownloadRooms, series: Series, arrival: Arrival): Promise<AttemptFailure> {
  const { reached, asked } = arrival
  const { head } = reached
  const { retry } = series.order.call.settings
  const retryAfter = askedWait(head)
  const own = classify(head, retry)
  const page = await errorPage(rooms, series, arrival)
  // In the middle of a resume the origin had the file a moment ago, so any refusal may pass.
  const verdict = asked.from === undefined ? own : 'yes'
  if (asked.from !== undefined && own === 'never') await partRefused(series, arrival)
  return new AttemptFailure('STATUS', `the origin answered ${head.status} ${head.statusText}`.trimEnd(), {
    retry: verdict,
    retryAfter,
    answer: page,
  })
}

/** One that stays may be meant for parts alone: the whole is asked for, here or by the next download, who would be refused the part for ever. */
async function partRefused(series: Series, { number }: Arrival): Promise<void> {
  if (series.partRefused || number >= series.order.call.settings.retry.attempts) await series.partial?.writer.restart()
  series.partRefused = true
}

/**
 * Read whole, as any body: a page that breaks is no answer, and is tried again as the failure that it is. An acceptable one has not come yet, so
 * the time for that goes on: there are pages without end.
 */
async function errorPage(rooms: DownloadRooms, series: Series, { reached, abort, number }: Arrival): Promise<FailedAnswer> {
  const { head, response } = reached
  const writer = rooms.transient(series.order)
  await pour(rooms, {
    order: series.order,
    head,
    response,
    writer,
    attempt: number,
    counts: 'no progress',
    resumedFrom: undefined,
    overlap: 0,
    length: Number.POSITIVE_INFINITY,
    total: undefined,
    give: (reason) => abort.controller.abort(reason),
  })
  const { body } = await writer.finish()
  // Fetch standard 4.1: integrity is asked of an answer whatever its status. An error page is not what anybody took the digest of.
  return { head, body: integrityAlgorithms(series.order.call.integrity).length > 0 ? undefined : body }
}
