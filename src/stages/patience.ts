import { AttemptFailure } from '../model/attempt-failure.ts'
import type { Call } from '../model/call.ts'
import type { Clock } from '../model/clock.ts'
import type { Pace } from '../model/flight.ts'
import { leftUnread } from '../model/left-unread.ts'
import type { Held } from '../model/rooms.ts'
import type { Flight, Incoming, WaitEnd } from '../model/stages.ts'
import { goesElsewhere, isForOthers, mayFollow, triesMore } from '../policy/flight-key.ts'

interface Patience {
  readonly signal: AbortSignal | undefined
  /** Milliseconds until the headers of a good answer; Infinity: no limit but the flight's own. */
  readonly after: number
  /** Milliseconds until those headers for one who joined a flight, which has the limits of the caller that started it. */
  readonly deadline: number
  /** The same where it is shorter than the flight's own, which no queue uses up, nor a body that comes; else Infinity. */
  readonly sooner: number
  /** Milliseconds until the whole body, where that is shorter than the flight's own; else Infinity. */
  readonly total: number
  /** Whether the wait ends with these headers of an acceptable answer; undefined: with its body. */
  readonly takes: ((incoming: Incoming) => boolean) | undefined
  /** Whether the flight failed for a reason that is not this caller's. */
  readonly isOthers: (error: unknown) => boolean
}

const isTimeout = (reason: unknown): reason is Error => reason instanceof Error && reason.name === 'TimeoutError'

const tooLate = (ms: number, limit: string): Error =>
  new AttemptFailure('TIMEOUT', `no good answer within ${ms} ms (${limit})`, { retry: 'never' })

/** It is the failure of the caller that started the flight: an answer to its headers, a time-out for good, or the end of tries that this one would go on with. */
function isOthersFailure(error: unknown, flight: Flight, { call, spare }: { call: Call; spare: Held | undefined }): boolean {
  if (!flight.collapsed || !(error instanceof AttemptFailure)) return false
  if (isForOthers(error, call, flight.first)) return true
  if (error.retry === 'never' && error.code === 'TIMEOUT') return true
  return spare === undefined ? triesMore(error, call, flight.first) : goesElsewhere(call, flight.first)
}

/** The user's own code has the same patience once more, for what it is asked about is here. */
function leftOf(limit: number, pace: Pace, waited: number): number {
  return pace === 'judging' ? limit : limit - waited
}

/** Tells how the flight ends, until the returned function is called. */
function hear(
  flight: Flight,
  takes: Patience['takes'],
  { ended, failed }: { ended: (end: WaitEnd) => void; failed: (error: unknown) => void },
): () => void {
  const ears = [flight.onLanded((landing) => ended({ name: 'landed', landing }), failed)]
  if (takes) ears.push(flight.onAccepted((headers) => takes(headers) && ended({ name: 'accepted', headers })))
  return () => {
    for (const end of ears) end()
  }
}

/** Ends a wait that has lasted for so long, whatever is on its way, until the returned function is called. */
function spend(total: number, ended: (end: WaitEnd) => void, clock: Clock): () => void {
  const spent = (): void => ended({ name: 'late', reason: tooLate(total, 'timeouts.total') })
  const timer = Number.isFinite(total) ? clock.setTimeout(spent, total) : undefined
  return () => timer?.cancel()
}

function wait(flight: Flight, patience: Patience, clock: Clock): Promise<WaitEnd> {
  const { signal, after, deadline, sooner, total, takes, isOthers } = patience
  const since = clock.monotonic()
  return new Promise((resolve, reject) => {
    let timer: { cancel(): void } | undefined
    const ears: (() => unknown)[] = []
    const settle = (end: () => void): void => {
      timer?.cancel()
      for (const end of ears.splice(0)) end()
      signal?.removeEventListener('abort', leave)
      end()
    }
    const leave = (): void => {
      const reason: unknown = signal?.reason
      settle(() => (isTimeout(reason) ? resolve({ name: 'timed out', reason }) : reject(reason)))
    }
    const ended = (end: WaitEnd): void => settle(() => resolve(end))
    const failed = (error: unknown): void =>
      settle(() => (since + deadline > clock.monotonic() && isOthers(error) ? resolve({ name: 'not ours' }) : reject(error)))
    ears.push(hear(flight, takes, { ended, failed }), spend(total, ended, clock))
    const limit = Math.min(after, sooner)
    const which = sooner < after ? 'timeouts.deadline' : 'fallback.after'
    const late = (): void => ended({ name: 'late', reason: tooLate(limit, which) })
    // While a good answer is on its way its own pace decides; when that breaks, the caller's patience counts again, from its beginning.
    const paced = flight.pace((pace) => {
      timer?.cancel()
      timer = undefined
      if (pace === 'coming' || !Number.isFinite(limit)) return
      const left = leftOf(limit, pace, clock.monotonic() - since)
      // At once: the next attempt may begin to come before a timer fires, and break again.
      if (pace === 'faltering' && left <= 0) late()
      else timer = clock.setTimeout(late, Math.max(0, left))
    })
    ears.push(paced)
    signal?.addEventListener('abort', leave, { once: true })
    if (signal?.aborted) leave()
  })
}

/** A stream is for the caller that its flight began for, and for no other: it has no reader when that one has left before it came. */
function unreadBy(flight: Flight): Promise<void> {
  return flight.landed.then(
    (landing) => (landing.name === 'live' ? leftUnread({ body: landing.stream }) : undefined),
    () => undefined,
  )
}

/** Waits for a flight as long as this caller will: each has its own signal and its own patience, and neither ends the flight. */
export function waitFor(
  flight: Flight,
  call: Call,
  { spare, clock }: { spare: Held | undefined; clock: Clock },
): Promise<WaitEnd> {
  const { signal, settings } = call
  const { fallback, delivery, timeouts } = settings
  const deadline = flight.collapsed ? timeouts.deadline : Number.POSITIVE_INFINITY
  const shorter = (name: 'deadline' | 'total'): number =>
    flight.collapsed && timeouts[name] < flight.first.settings.timeouts[name] ? timeouts[name] : Number.POSITIVE_INFINITY
  const after = spare === undefined || fallback === false ? Number.POSITIVE_INFINITY : fallback.after
  // What another's headers chose is not followed; when it has landed, this caller knows what to ask by.
  const takes = delivery === 'streaming' ? (incoming: Incoming): boolean => mayFollow(incoming, call, flight) : undefined
  const isOthers = (error: unknown): boolean => isOthersFailure(error, flight, { call, spare })
  const waiting = wait(
    flight,
    { signal, after, deadline, sooner: shorter('deadline'), total: shorter('total'), takes, isOthers },
    clock,
  )
  if (!flight.collapsed)
    waiting.then(
      (end) => (end.name === 'landed' ? undefined : unreadBy(flight)),
      () => unreadBy(flight),
    )
  return waiting
}
