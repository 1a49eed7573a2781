import { AttemptFailure } from '../model/attempt-failure.ts'
import type { Call } from '../model/call.ts'
import { HoldfastError } from '../model/errors.ts'
import type { Held, Obtained, ResponseHead } from '../model/rooms.ts'
import type { FallbackCause } from '../model/settings.ts'
import { candidateOf } from './candidate.ts'
import { causeOf, type Failure, fallbackCause } from './retry.ts'
import { mayServeStale, staleForOf } from './staleness.ts'

/** A failure in the terms of policy; undefined for what is no failure of the origin's. */
export function failureOf(error: unknown): Failure | undefined {
  // To a caller who waits, an instance that closes is a network that went away.
  if (error instanceof HoldfastError) return { code: error.code === 'CLOSED' ? 'CONNECT' : error.code, transient: false }
  if (!(error instanceof AttemptFailure)) return undefined
  // A hook is asked after the origin has failed, so its own failure is no reason to withhold the last good version; nor is a tier's, or a disk's.
  if (error.code === 'HOOK' || error.code === 'STORE') return { code: 'CONNECT', transient: false }
  if (error.code !== 'STATUS') return { code: error.code, transient: error.retry === 'yes' }
  return { status: error.answer?.head.status ?? 503 }
}

/** RFC 5861 4: 500, 502, 503, 504, and what is no answer at all. */
function isError(failure: Failure | undefined): boolean {
  if (failure === undefined) return false
  if ('status' in failure) return [500, 502, 503, 504].includes(failure.status)
  const cause = causeOf(failure.code)
  return cause === 'network' || cause === 'timeout'
}

/** True where `fallback.on` names this status: an answer that the caller does not want. */
function isUnwanted(status: number, on: readonly FallbackCause[]): boolean {
  return on.includes(status) || (status >= 500 && on.includes('5xx')) || (status >= 400 && status < 500 && on.includes('4xx'))
}

/**
 * Whether a failed refresh is answered with the last good version: 'yes', or why not. `stale` says what HTTP allows
 * (always 'allowed' under `respect: 'resilient'`).
 */
export function fallsBack(
  failure: Failure | undefined,
  { settings }: Call,
  version: { staleFor: number; stale: 'allowed' | 'forbidden' },
): 'yes' | 'switched off' | 'not this cause' | 'too old' | 'forbidden' {
  const { fallback } = settings
  // Without ours, RFC 5861 4 is still the origin's own word, or the request's.
  if (fallback === false) return version.stale === 'allowed' && isError(failure) ? 'yes' : 'switched off'
  if (failure === undefined || fallbackCause(failure, fallback) === undefined) return 'not this cause'
  if (version.staleFor > fallback.maxStale) return 'too old'
  return version.stale === 'forbidden' ? 'forbidden' : 'yes'
}

/** Whether a call would rather have what is stored. */
export function isUnwantedBy({ settings: { fallback } }: Call, { status }: ResponseHead): boolean {
  return fallback !== false && isUnwanted(status, fallback.on)
}

/** An answer whose status `fallback.on` names, as the failure that it is to this call. */
export function unwanted({ head, attempts }: Pick<Obtained, 'head' | 'attempts'>, body: Held['body']): AttemptFailure {
  const failure = new AttemptFailure('STATUS', `the origin answered ${head.status} ${head.statusText}`.trimEnd(), {
    retry: 'never',
    answer: { head, body },
  })
  failure.attempts = attempts
  return failure
}

/** Whether a refusal of what came would be answered with this version: where not, a guard must not turn a 200 into an error. */
export function fallbackFrom(held: Held, call: Call, now: number): 'there is one' | 'there is none' {
  return insteadOf({ code: 'REJECTED', transient: false }, held, { call, now })
}

/** Whether a call that fails this way is answered with this version. */
export function insteadOf(
  failure: Failure,
  held: Held,
  { call, now }: { call: Call; now: number },
): 'there is one' | 'there is none' {
  const candidate = candidateOf(held)
  const staleFor = staleForOf(candidate, call.settings, now)
  return fallsBack(failure, call, { staleFor, stale: mayServeStale(candidate, call, now) }) === 'yes'
    ? 'there is one'
    : 'there is none'
}
