import type { Call } from '../model/call.ts'
import { HoldfastError } from '../model/errors.ts'
import { headerOf } from '../model/headers.ts'
import type { BypassReason } from '../model/inspection.ts'

/** Whether a method goes through the house: GET, HEAD, and what the caller called safe. */
export function isCached({
  method,
  settings: { safe },
}: {
  readonly method: string
  readonly settings: { readonly safe: boolean }
}): boolean {
  return method === 'GET' || method === 'HEAD' || (safe && (method === 'POST' || method === 'QUERY'))
}

/** Why nothing is kept of a call that passes through. */
export function passReason(call: Call): BypassReason {
  if (!isCached(call)) return 'method'
  return headerOf(call.headers, 'range') !== undefined ? 'range' : 'no-store'
}

/** Streams that have no end to wait for: text/event-stream, and line or part streams of unknown length. */
export function isLiveType(headers: Call['headers']): boolean {
  const type = (headerOf(headers, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'text/event-stream') return true
  return (
    (type === 'application/x-ndjson' || type === 'multipart/x-mixed-replace') && headerOf(headers, 'content-length') === undefined
  )
}

/** Whether this call must not reach the network, whatever is stored. */
export function mayNotAsk({ cache, settings }: Call): boolean {
  return settings.mode === 'offline' || cache === 'only-if-cached'
}

export function notCached({ url, method }: Call, why = 'nothing stored answers this'): HoldfastError {
  return new HoldfastError('NOT_CACHED', `${why}, and nothing may be sent`, { url, method })
}

/** `AbortSignal.timeout(ms)` means "the time that I allow": it ends the waiting, and may still be answered with the last good version. */
export function isTimeUp({ signal }: Pick<Call, 'signal'>): boolean {
  return signal?.aborted === true && signal.reason instanceof Error && signal.reason.name === 'TimeoutError'
}
