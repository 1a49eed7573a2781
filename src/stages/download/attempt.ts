import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { Attempt } from '../../model/errors.ts'
import type { Obtained } from '../../model/rooms.ts'
import { TransportFailure } from '../../model/transport.ts'
import { answer } from './answer.ts'
import type { Budget } from './budget.ts'
import type { DownloadRooms, Series } from './order.ts'
import { type Reached, reach } from './reach.ts'
import { requestHeaders } from './request-headers.ts'

/** An abort of this attempt: by the flight, by the deadline, or by the watch over its body. */
function abortable(
  rooms: DownloadRooms,
  series: Series,
  budget: Budget,
): { controller: AbortController; headersAreHere(): void; end(): void } {
  const { signal, call } = series.order
  const controller = new AbortController()
  const follow = (): void => controller.abort(signal.reason)
  signal.addEventListener('abort', follow, { once: true })
  const late = (): void =>
    controller.abort(
      new TransportFailure('TIMEOUT', `no acceptable answer within ${call.settings.timeouts.deadline} ms (timeouts.deadline)`, {
        transient: false,
      }),
    )
  const deadline = rooms.clock.setTimeout(late, Math.max(0, budget.left))
  return {
    controller,
    headersAreHere: () => deadline.cancel(),
    end: () => {
      deadline.cancel()
      signal.removeEventListener('abort', follow)
    },
  }
}

/** One try at the origin. */
export async function attempt(rooms: DownloadRooms, series: Series, budget: Budget): Promise<Obtained> {
  const startedAt = rooms.clock.monotonic()
  const before = series.partial?.writer.bytes ?? 0
  const asked = requestHeaders(series)
  const record: Attempt = { at: new Date(rooms.clock.now()), ms: 0, url: series.order.call.url, bytes: 0 }
  if (series.waited > 0) record.waited = Math.round(series.waited)
  if (asked.from !== undefined) record.resumedFrom = asked.from
  const abort = abortable(rooms, series, budget)
  let reached: Reached | undefined
  try {
    reached = await reach(rooms, series.order, { headers: asked.headers, signal: abort.controller.signal, budget })
    record.url = reached.head.url
    record.status = reached.head.status
    const ended = await answer(rooms, series, { asked, reached, budget, number: series.attempts.length + 1, abort })
    record.bytes = (series.partial?.writer.bytes ?? 0) - (asked.from ?? 0)
    return ended(finished(series, record, rooms.clock.monotonic() - startedAt))
  } catch (error) {
    const failure = failureOf(error, series)
    const after = series.partial?.writer.bytes ?? 0
    failure.gained = Math.max(0, after - before)
    record.bytes = Math.max(0, after - (asked.from ?? 0))
    record.error = { code: failure.code, message: failure.message }
    finished(series, record, rooms.clock.monotonic() - startedAt)
    if (series.partial?.coded) series.identityOnly = true
    throw failure
  } finally {
    abort.end()
    reached?.ticket.release()
    const { call } = series.order
    rooms.report('attempt', () => ({ key: call.key, url: call.url, attempt: record }))
  }
}

function finished(series: Series, record: Attempt, ms: number): readonly Attempt[] {
  record.ms = Math.round(ms)
  series.attempts.push(record)
  return series.attempts
}

/** An abort by the flight keeps its own reason; all else is an attempt that failed, told apart by its code. */
function failureOf(error: unknown, { order }: Series): AttemptFailure {
  if (order.signal.aborted) throw order.signal.reason
  if (error instanceof AttemptFailure) return error
  if (error instanceof TransportFailure) {
    return new AttemptFailure(error.code, error.message, {
      retry: error.transient ? 'yes' : 'never',
      cause: error.cause ?? error,
    })
  }
  // Not the network: our own disk, or a mistake of ours. Asking the origin again would not mend it.
  return new AttemptFailure('STORE', (error as Error).message, { retry: 'never', cause: error })
}
