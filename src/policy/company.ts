import type { Call } from '../model/call.ts'
import type { Served } from '../model/rooms.ts'
import { isForeknown } from './known-digests.ts'
import { asksOrigin } from './preconditions.ts'
import { wishesOf } from './request-directives.ts'

/**
 * Whether other callers may go along with this one and have what it gets: it asks for nothing that is for it alone, has nobody else to answer
 * to, and all of its patience is in its settings.
 */
export function takesCompany(call: Call): boolean {
  const { settings } = call
  return (
    call.method === 'GET' &&
    call.cache === 'default' &&
    call.redirect === 'follow' &&
    call.signal === undefined &&
    // A running function that waits for another may be what that one waits for.
    call.caller === undefined &&
    call.preconditions.length === 0 &&
    !isForeknown(call) &&
    settings.delivery === 'whole' &&
    settings.onProgress === undefined &&
    wishesOf(call.headers) === undefined &&
    !asksOrigin(call)
  )
}

/**
 * What those get who went along with a caller who got this: the same, collapsed into its request (RFC 9211 2.6), without what is only for who
 * fetched. Undefined for what each has to ask for: a stream, and an answer that no other request may have.
 */
export function inCompany(served: Served): Served | undefined {
  if (Symbol.asyncIterator in served.body || served.held.variant.vary.includes('*')) return undefined
  const { outcome, status } = served
  if (status.name === 'hit' || outcome === 'stale' || outcome === 'fallback') return served
  return { ...served, own: [], status: { ...status, collapsed: true } }
}
