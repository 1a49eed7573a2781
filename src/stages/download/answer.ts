import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { Attempt } from '../../model/errors.ts'
import { headerOf } from '../../model/headers.ts'
import type { Obtained, ResponseHead } from '../../model/rooms.ts'
import { isAlike } from '../../policy/alike.ts'
import { headFacts } from '../../policy/candidate.ts'
import { isCoded } from '../../policy/content-coding.ts'
import { stronglyEqual } from '../../policy/entity-tag.ts'
import { proofOf } from '../../policy/known-digests.ts'
import { checkPart } from '../../policy/resume.ts'
import { statesFreshness } from '../../policy/storability.ts'
import { welcome } from '../../policy/welcome.ts'
import type { Arrival } from './arrival.ts'
import { failedAnswer } from './error-page.ts'
import { closed, isProven, pour } from './fill.ts'
import { leaveFollowers, liveBody } from './live-body.ts'
import type { DownloadRooms, Partial, Series } from './order.ts'
import type { Reached } from './reach.ts'

/** How an attempt that went well ends, once its record is complete. */
export type Ended = (attempts: readonly Attempt[]) => Obtained

/** Looks at the head that came, and takes in what it announces. */
export async function answer(rooms: DownloadRooms, series: Series, arrival: Arrival): Promise<Ended> {
  const { reached, asked } = arrival
  const { head, response } = reached
  const { order } = series
  const kind = welcome(head.status, {
    conditional: reached.conditional && order.validators.length > 0 && series.partial === undefined && !series.unconditional,
    resuming: asked.from !== undefined,
    callersRange: headerOf(order.call.headers, 'range') !== undefined,
    callersConditions: order.call.headers.some(([name]) => name.startsWith('if-')),
    statusCodes: order.call.settings.retry.statusCodes,
    statesFreshness: statesFreshness(order.call, head),
  })
  switch (kind) {
    case 'not-modified':
      response.discard()
      if (!order.confirms(head)) {
        series.unconditional = true
        throw new AttemptFailure('PROTOCOL', 'the origin answered 304, but not of the version that is stored', { retry: 'yes' })
      }
      return (attempts) => ({ name: 'not-modified', head, attempts })
    case 'failed':
    case 'refused':
      throw await failedAnswer(rooms, series, arrival)
    case 'unasked':
      series.unconditional = true
      throw new AttemptFailure('PROTOCOL', `the origin answered ${head.status}, which nobody asked for`, {
        retry: 'yes',
        // A 304 has no body that could be a part of one: to a caller with nothing stored it is an answer, as in fetch.
        ...(head.status === 304 && { answer: { head, body: new Uint8Array(0) } }),
      })
    case 'part':
      return part(rooms, series, arrival)
    case 'whole':
      return order.isLive(head) ? live(rooms, series, arrival) : whole(rooms, series, arrival)
  }
}

async function live(rooms: DownloadRooms, series: Series, { reached, abort }: Arrival): Promise<Ended> {
  await leaveFollowers(series, reached)
  // A stream that never ends must not hold its host's place.
  reached.ticket.release()
  abort.headersAreHere()
  return (attempts) => ({ name: 'live', head: reached.head, stream: liveBody(rooms, series.order, reached), attempts })
}

/** Content-Length speaks of the bytes on the wire: it is the size of the body only where no coding is undone. */
function announced({ response, head }: Reached): number | undefined {
  if (response.framing !== 'length' || isCoded(head.headers)) return undefined
  const length = Number(headerOf(head.headers, 'content-length'))
  return Number.isSafeInteger(length) ? length : undefined
}

async function whole(rooms: DownloadRooms, series: Series, arrival: Arrival): Promise<Ended> {
  const { reached } = arrival
  const total = announced(reached)
  const coded = isCoded(reached.head.headers)
  const known = series.partial
  if (series.announced !== undefined && (total ?? 0) < (series.announced.total ?? 0)) refuseDamage(series.announced, reached)
  series.announced ??= { head: reached.head, total }
  const writer = rooms.writer(series.order, reached.head, total)
  const isAsLong = known?.total === undefined || total === undefined || known.total === total
  await known?.writer.handOver(writer, isAsLong && isAlike(known.head, reached.head) ? 'who have read' : 'all')
  const partial: Partial = { writer, head: reached.head, coded, total }
  series.partial = partial
  await accepted(series, partial)
  return taken(rooms, series, { ...arrival, partial, from: undefined, overlap: 0, length: Number.POSITIVE_INFINITY })
}

/** Those who wait have their headers, and those who waited for another place in vain follow this one. */
async function accepted({ order, waiting }: Series, { head, writer }: Partial): Promise<void> {
  if (!order.isWanted(head)) return
  for (const before of waiting.splice(0)) await before.handOver(writer)
  order.accepted(head, writer)
}

/** What came for the rest of a body: the rest, the whole, or neither. */
async function part(rooms: DownloadRooms, series: Series, arrival: Arrival): Promise<Ended> {
  const { partial } = series
  const { reached, asked } = arrival
  if (partial === undefined || asked.from === undefined)
    throw new AttemptFailure('PROTOCOL', 'a part of a body came, and nobody asked for one', { retry: 'yes' })
  const facts = headFacts(partial.head)
  const verdict = checkPart(reached.head, {
    bytes: asked.from,
    total: partial.total,
    url: partial.head.url,
    facts,
    proof: proofOf(series.order.call, partial.head),
  })
  switch (verdict.name) {
    case 'append':
      await accepted(series, partial)
      return taken(rooms, series, {
        ...arrival,
        partial: { ...partial, total: verdict.total },
        from: asked.from,
        overlap: verdict.overlap,
        length: verdict.length,
      })
    case 'done':
      reached.response.discard()
      return ended(series, { partial, last: reached.head }, 'proven')
    case 'whole':
      refuseDamage(partial, reached)
      return whole(rooms, series, arrival)
    default:
      await partial.writer.restart()
      throw new AttemptFailure(
        'PROTOCOL',
        `the rest of the body does not fit what is here: ${verdict.name === 'restart' ? verdict.reason : verdict.name}`,
        { retry: 'yes' },
      )
  }
}

/** The same strong tag and another length: not a new version, but an error page under the old one's name. */
function refuseDamage({ head, total }: Pick<Partial, 'head' | 'total'>, reached: Reached): void {
  const [before, now] = [headFacts(head).etag, headFacts(reached.head).etag]
  const length = announced(reached)
  if (stronglyEqual(before, now) && total !== undefined && length !== undefined && length !== total) {
    throw new AttemptFailure('PROTOCOL', `the origin sent ${length} bytes under the entity tag of a body of ${total}`, {
      retry: 'yes',
    })
  }
}

async function taken(
  rooms: DownloadRooms,
  series: Series,
  arrival: Arrival & { partial: Partial; from: number | undefined; overlap: number; length: number },
): Promise<Ended> {
  const { reached, allowance, abort, partial, from, overlap, length } = arrival
  abort.headersAreHere()
  const coming = pour(rooms, {
    order: series.order,
    head: reached.head,
    response: reached.response,
    writer: partial.writer,
    attempt: arrival.number,
    counts: 'progress',
    resumedFrom: from,
    overlap,
    length,
    total: partial.total,
    give: (reason) => abort.controller.abort(reason),
  })
  await allowance.whileComing(coming).catch(async (error: unknown) => {
    // Which of the bytes of a part are wrong, its digest does not say: none of them is gone on with. Nor is what cannot be read back.
    if (error instanceof AttemptFailure && (error.code === 'DIGEST' || error.code === 'STORE'))
      await partial.writer.restart(error)
    throw error
  })
  if (partial.total !== undefined && partial.writer.bytes !== partial.total) {
    throw new AttemptFailure('TRUNCATED', `the body has ${partial.writer.bytes} of ${partial.total} bytes`, { retry: 'yes' })
  }
  // A part that brings a body of a known size to its end shows that it is whole, however its connection ended.
  const isComplete = from !== undefined && partial.total !== undefined
  const proof = isComplete || isProven(series.order.call, partial.head, reached.response) ? 'proven' : 'unproven'
  return ended(series, { partial, last: reached.head }, proof)
}

async function ended(
  series: Series,
  { partial, last }: { partial: Partial; last: ResponseHead },
  proof: 'proven' | 'unproven',
): Promise<Ended> {
  const written = await closed(series.order.call, { head: partial.head, last }, partial.writer).catch(async (error: unknown) => {
    // Wrong bytes are not to be gone on with.
    await partial.writer.restart(error as Error)
    throw error
  })
  return (attempts) => ({ name: 'whole', head: partial.head, written, proven: proof === 'proven', attempts })
}
