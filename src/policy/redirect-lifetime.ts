import type { ResponseHead } from '../model/rooms.ts'
import { headFacts } from './candidate.ts'
import { ageOf, explicitLifetime } from './freshness.ts'

/**
 * For how many more milliseconds a redirect may be taken for granted, from its arrival on: what it states, and without a word a
 * permanent one for ever, any other not at all (RFC 9110 15.4; RFC 9111 4.2.2). An answer that was reached through it is fresh for no
 * longer: a cache that kept each hop would ask for that one again.
 */
export function redirectLifetime(hop: ResponseHead): number {
  const facts = headFacts(hop)
  if (facts.noStore || facts.noCache === 'all') return 0
  const lasting = facts.status === 301 || facts.status === 308
  const lifetime = explicitLifetime(facts) ?? (lasting ? Number.POSITIVE_INFINITY : 0)
  const age = ageOf(facts, { requestedAt: hop.requestedAt, checkedAt: hop.receivedAt }, hop.receivedAt)
  return Math.max(0, lifetime - age)
}
