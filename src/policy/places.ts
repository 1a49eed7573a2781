import type { Call } from '../model/call.ts'
import { sentUrl } from './cache-key.ts'
import { proofOf } from './known-digests.ts'
import { alongTo } from './redirect.ts'

/** Another place of the same bytes, and the call as it goes there. */
export interface OtherPlace {
  readonly call: Call
  /** 'in clear': asked for over TLS, it would come without, and nothing shows that it is what was meant. */
  readonly way: 'open' | 'in clear'
}

/**
 * The other places of a call, each once, in their order. Credentials stay at their origin. What is asked for under https is not taken over
 * http, as with redirects, except where the caller's own digest says what is right: `expect.digest` or `init.integrity`.
 */
export function otherPlaces(call: Call): readonly OtherPlace[] {
  if (call.method !== 'GET' || call.settings.sources.length === 0) return []
  const here = new URL(call.url)
  const told = proofOf(call, { status: 200, headers: [] }) === 'digest'
  const elsewhere = new Set(
    call.settings.sources.map((source) => sentUrl(new URL(source))).filter((source) => source !== call.url),
  )
  return [...elsewhere].map((source) => {
    const url = new URL(source)
    const headers = alongTo(call.headers, { from: here, to: url }, call)
    const isDowngrade = here.protocol === 'https:' && url.protocol === 'http:'
    return { call: { ...call, url: source, sent: undefined, headers }, way: isDowngrade && !told ? 'in clear' : 'open' }
  })
}
