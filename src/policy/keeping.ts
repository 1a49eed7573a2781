import type { Call } from '../model/call.ts'
import { headerOf } from '../model/headers.ts'
import type { BypassReason } from '../model/inspection.ts'
import type { ResponseHead } from '../model/rooms.ts'
import { headFacts } from './candidate.ts'
import { isForeknown } from './known-digests.ts'
import { isCached, isLiveType } from './passing.ts'
import { hasHooks } from './rejection.ts'
import { storability } from './storability.ts'

export type Keepable = { readonly store: true } | { readonly store: false; readonly reason: BypassReason }

/** Whether an answer may be kept: by what the call is, and by what HTTP and the options say of the answer. */
export function keepable(call: Call, head: ResponseHead): Keepable {
  if (call.cache === 'no-store') return { store: false, reason: 'no-store' }
  const verdict = storability(call, headFacts(head), call.settings)
  // An answer to an uncached method is kept only where it is what a GET would bring.
  if (!isCached(call))
    return verdict.store && verdict.answers === 'GET' && head.redirects === undefined
      ? { store: true }
      : { store: false, reason: 'method' }
  if (verdict.store) return { store: true }
  return { store: false, reason: BYPASS[verdict.reason] }
}

const BYPASS: Readonly<Record<Exclude<ReturnType<typeof storability>, { store: true }>['reason'], BypassReason>> = {
  'no-store': 'no-store',
  method: 'method',
  status: 'status',
  range: 'range',
  vary: 'status',
}

/** Whether an answer is passed through as it comes, without an end to wait for. */
export function isLive(call: Call, head: ResponseHead): boolean {
  // A body that is to be checked has to be whole before a byte of it is handed out.
  if (isForeknown(call)) return false
  if (isForbiddenAndLarge(call, head)) return true
  return isEndless(call, head) || (!isCached(call) && !keepable(call, head).store)
}

/** Whether a body is meant to go on without an end, so that silence in it is no fault. */
export function isEndless({ settings }: Call, { headers }: ResponseHead): boolean {
  return settings.delivery === 'live' || isLiveType(headers)
}

/** The largest answer that is held in memory although it may not be stored, in bytes. */
const TRANSIENT_LIMIT = 8 * 1024 * 1024

/** `no-store` means no disk either, not even a file that is gone with its reader: what memory does not take is streamed. */
function isForbiddenAndLarge(call: Call, head: ResponseHead): boolean {
  if (!(Number(headerOf(head.headers, 'content-length') ?? 0) > TRANSIENT_LIMIT)) return false
  // What the user's own code is to judge has to be whole.
  if (hasHooks(call)) return false
  const verdict = keepable(call, head)
  return !verdict.store && (verdict.reason === 'no-store' || verdict.reason === 'range')
}
