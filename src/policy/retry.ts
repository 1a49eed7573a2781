import type { ErrorCode } from '../model/errors.ts'
import type { FallbackCause, FallbackSettings, RetrySettings } from '../model/settings.ts'
import { deltaSeconds } from './cache-control.ts'
import { parseHttpDate } from './http-date.ts'

/** 2^31 seconds: long enough to be 'never', and finite. */
export const LONGEST_WAIT: number = 2 ** 31 * 1000

/**
 * Milliseconds that `Retry-After` asks for (RFC 9110 10.2.3), or undefined where it asks for nothing that can be understood: empty,
 * negative, a date that has passed. `now` is by the server's own clock, where it sent a `Date`. A fraction of a second, which the RFC
 * does not know, is rounded up.
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  const text = value?.trim()
  if (text === undefined) return undefined
  const whole = deltaSeconds(text)
  if (whole !== undefined) return whole
  if (/^\d+\.\d+$/.test(text)) return Math.min(Math.ceil(Number(text)) * 1000, LONGEST_WAIT)
  const date = parseHttpDate(text, now)
  return date === undefined || date < now ? undefined : Math.min(date - now, LONGEST_WAIT)
}

/** Doubling further would only leave the range of numbers. */
const MOST_DOUBLINGS = 30

/**
 * Milliseconds to wait after failed attempt number `attempt` (from 1): anywhere between nothing and `minDelay` doubled with each
 * attempt, at most `maxDelay`. Full jitter, so that clients that failed together do not come back together. `random` is in [0, 1).
 */
export function backoff(attempt: number, { minDelay, maxDelay }: RetrySettings, random: number): number {
  const doublings = Math.min(Math.max(attempt, 1) - 1, MOST_DOUBLINGS)
  return random * Math.min(maxDelay, minDelay * 2 ** doublings)
}

/** How an attempt ended that brought nothing to keep. */
export type Failure = { readonly status: number } | { readonly code: ErrorCode; readonly transient: boolean }

/** Asking again brings the same, or would ask of someone who said no. */
const NEVER_HEALS: ReadonlySet<ErrorCode> = new Set([
  'TLS',
  'REDIRECT',
  'TOO_LARGE',
  'RETRY_AFTER',
  'NOT_CACHED',
  'STORE',
  'FENCED',
  'CLOSED',
  'HOOK',
  'VERSION_NOT_FOUND',
])

/** Is another attempt worth its request? A status by `retry.statusCodes`, a failure by whether it can heal. */
export function classify(failure: Failure, { statusCodes }: RetrySettings): 'yes' | 'never' {
  if ('status' in failure) return statusCodes.includes(failure.status) ? 'yes' : 'never'
  return failure.transient && !NEVER_HEALS.has(failure.code) ? 'yes' : 'never'
}

/** In the words of `fallback.on`. What is absent here is no failure of the origin's: to fall back would hide it. */
const CAUSES: Readonly<Partial<Record<ErrorCode, 'network' | 'timeout' | 'rejected'>>> = {
  DNS: 'network',
  CONNECT: 'network',
  TLS: 'network',
  PROTOCOL: 'network',
  TRUNCATED: 'network',
  BAD_ENCODING: 'network',
  REDIRECT: 'network',
  TIMEOUT: 'timeout',
  STALLED: 'timeout',
  DIGEST: 'rejected',
  REJECTED: 'rejected',
  UNPROVEN: 'rejected',
  TOO_LARGE: 'rejected',
}

export function causeOf(code: ErrorCode): 'network' | 'timeout' | 'rejected' | undefined {
  return CAUSES[code]
}

/** The member of `fallback.on` that this failure is, or undefined: then it is an answer, or nothing of the origin's. */
export function fallbackCause(failure: Failure, { on }: FallbackSettings): FallbackCause | undefined {
  const named = causesOf(failure)
  return on.find((cause) => named.includes(cause))
}

function causesOf(failure: Failure): readonly FallbackCause[] {
  if ('status' in failure) return causesOfStatus(failure.status)
  // The host asked to be left alone for longer than the user waits: what it says with 429, and was not asked again.
  if (failure.code === 'RETRY_AFTER') return causesOfStatus(429)
  const cause = causeOf(failure.code)
  return cause === undefined ? [] : [cause]
}

function causesOfStatus(status: number): readonly FallbackCause[] {
  if (status >= 400 && status <= 499) return [status, '4xx']
  return status >= 500 && status <= 599 ? [status, '5xx'] : [status]
}
