import { headerOf } from '../model/headers.ts'
import type { RedirectFacts } from '../model/record.ts'
import type { ResponseHead } from '../model/rooms.ts'
import { parseCacheControl } from './cache-control.ts'
import { headFacts } from './candidate.ts'
import { ageOf, explicitLifetime } from './freshness.ts'

/**
 * What the redirects up to this hop say of the answer at their end, which leads on to `to`. A cache that kept each hop by itself would
 * ask for the weakest again, and would keep none that forbids it: so the answer is no better than that one.
 */
export function through(before: RedirectFacts | undefined, hop: ResponseHead, to: string): RedirectFacts {
  const facts = headFacts(hop)
  const lifetime = Math.min(before?.lifetime ?? Number.POSITIVE_INFINITY, lifetimeOf(hop))
  return {
    urls: [...(before?.urls ?? []), to],
    vary: [...new Set([...(before?.vary ?? []), ...facts.vary])],
    ...(Number.isFinite(lifetime) && { lifetime }),
    noStore: before?.noStore === true || (facts.noStore && !facts.mustUnderstand),
    isPrivate: before?.isPrivate === true || isPrivate(hop),
    mustRevalidate: before?.mustRevalidate === true || facts.mustRevalidate,
  }
}

/**
 * For how many more milliseconds a redirect may be taken for granted, from its arrival on: what it states, and without a word a
 * permanent one for ever, any other not at all (RFC 9110 15.4; RFC 9111 4.2.2).
 */
function lifetimeOf(hop: ResponseHead): number {
  const facts = headFacts(hop)
  if (facts.noCache === 'all') return 0
  const lasting = facts.status === 301 || facts.status === 308
  const lifetime = explicitLifetime(facts) ?? (lasting ? Number.POSITIVE_INFINITY : 0)
  const age = ageOf(facts, { requestedAt: hop.requestedAt, checkedAt: hop.receivedAt }, hop.receivedAt)
  return Math.max(0, lifetime - age)
}

function isPrivate({ headers }: ResponseHead): boolean {
  return parseCacheControl(headerOf(headers, 'cache-control')).has('private') || headerOf(headers, 'set-cookie') !== undefined
}
