import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { Attempt } from '../../model/errors.ts'
import type { Obtained } from '../../model/rooms.ts'
import { TransportFailure } from '../../model/transport.ts'
import { rangeFrom } from '../../policy/resume.ts'
import { classify } from '../../policy/retry.ts'
import { answer } from './answer.ts'
import type { Abort } from './arrival.ts'
import { type Allowance, onSpent } from './budget.ts'
import type { DownloadRooms, Series } from './order.ts'
import { type Reached, reach } from './reach.ts'
import { requestHeaders } from './request-headers.ts'

/** An abort of this attempt: by the flight, by a limit that is spent, or by the watch over its body. */
function abortable({ clock }: DownloadRooms, { order }: Series, allowance: Allowance): Abort & { end(): void } {
  const { signal, call } = order
  const { deadline, total } = call.settings.timeouts
  const controller = new AbortController()
  const give = (what: string) => (): void => controller.abort(new TransportFailure('TIMEOUT', what, { transient: false }))
  const follow = (): void => controller.abort(signal.reason)
  signal.addEventListener('abort', follow, { once: true })
  const headersAreHere = onSpent(
    clock,
    allowance.deadline,
    give(`no acceptable answer within ${deadline} ms (timeouts.deadline)`),
  )
  const whole = onSpent(clock, allowance.total, give(`no whole body within ${total} ms (timeouts.total)`))
  return {
    controller,
    headersAreHere,
    end: () => {
      headersAreHere()
      whole()
      signal.removeEventListener('abort', follow)
    },
  }
}

/** One try at the origin. */
export async function attempt(rooms: DownloadRooms, series: Series, allowance: Allowance): Promise<Obtained> {
  const startedAt = rooms.clock.monotonic() - allowance.queued
  const before = series.partial?.writer.bytes ?? 0
  const asked = requestHeaders(series)
  const record: Attempt = { at: new Date(rooms.clock.now()), ms: 0, url: series.order.call.url, bytes: 0 }
  if (asked.from !== undefined) record.resumedFrom = asked.from
  const queuedBefore = allowance.queued - series.waited
  const finished = (): readonly Attempt[] => {
    record.ms = Math.round(rooms.clock.monotonic() - startedAt - allowance.queued)
    const waited = Math.round(allowance.queued - queuedBefore)
    if (waited > 0) record.waited = waited
    series.attempts.push(record)
    return series.attempts
  }
  const abort = abortable(rooms, series, allowance)
  let reached: Reached | undefined
  try {
    reached = await reach(rooms, series.order, { ...asked, signal: abort.controller.signal, allowance })
    record.url = reached.head.url
    record.status = reached.head.status
    const ended = await answer(rooms, series, { asked, reached, allowance, number: series.attempts.length + 1, abort })
    record.bytes = (series.partial?.writer.bytes ?? 0) - (asked.from ?? 0)
    return ended(finished())
  } catch (error) {
    // What was refused by its head alone is read by nobody, and would keep its connection for ever.
    reached?.response.discard()
    const after = series.partial?.writer.bytes ?? 0
    record.bytes = Math.max(0, after - (asked.from ?? 0))
    finished()
    const failure = failureOf(error, series)
    failure.gained = gain(before, after, asked.from)
    record.error = { code: failure.code, message: failure.message }
    if (series.partial?.coded && series.order.call.settings.resume !== false) series.identityOnly = true
    throw failure
  } finally {
    abort.end()
    reached?.ticket.release()
    over(rooms, series, record)
  }
}

function over({ ended, report }: DownloadRooms, { order }: Series, attempt: Attempt): void {
  ended(attempt)
  report('attempt', () => ({ key: order.call.key, url: order.call.url, attempt }))
}

/** What came again to be compared was brought too, where more came than that. */
function gain(before: number, after: number, from: number | undefined): number {
  if (after <= before) return 0
  return after - before + (from === undefined ? 0 : from - rangeFrom(from))
}

/** An abort by the flight keeps its own reason; all else is an attempt that failed, told apart by its code. */
function failureOf(error: unknown, { order }: Series): AttemptFailure {
  if (order.signal.aborted) throw order.signal.reason
  if (error instanceof AttemptFailure) return error
  if (error instanceof TransportFailure) {
    return new AttemptFailure(error.code, error.message, {
      retry: classify(error, order.call.settings.retry),
      cause: error.cause ?? error,
      redirects: error.redirects,
    })
  }
  // Not the network: our own disk, or a mistake of ours. Asking the origin again would not mend it.
  return new AttemptFailure('STORE', (error as Error).message, { retry: 'never', cause: error })
}
