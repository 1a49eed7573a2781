import type { RequestFacts } from '../model/call.ts'
import type { ResponseFacts } from '../model/response-facts.ts'
import type { Settings } from '../model/settings.ts'
import { ageOf, lifetimeOf, type ResponseTimes, ttlOf } from './freshness.ts'
import { wishesOf } from './request-directives.ts'

/** A stored version that matches the request, as far as HTTP is concerned. */
export interface Candidate extends ResponseTimes {
  readonly facts: ResponseFacts
  /** Epoch milliseconds; what was asked for until then must be validated (RFC 9111 4.4). */
  readonly invalidatedAt?: number | undefined
}

/** By the time of the request: what was asked for before a change may have come after it, and may not show it. */
export function isInvalidated({ invalidatedAt, requestedAt }: Candidate): boolean {
  return invalidatedAt !== undefined && invalidatedAt >= requestedAt
}

/** `Vary: *` (RFC 9111 4.1): matches no request, but may be validated. */
export function isVariedByAll({ vary }: ResponseFacts): boolean {
  return vary[0] === '*'
}

/** RFC 9111 4.2.4: the origin forbids to answer with it once it is stale. A `ttl` of the user's replaces no-cache, which is about freshness. */
export function forbidsStale(facts: ResponseFacts, settings: Settings): boolean {
  return facts.mustRevalidate || (facts.noCache === 'all' && ttlOf(facts, settings) === undefined)
}

/** Milliseconds past the end of freshness, or since the invalidation where that is longer ago. */
export function staleForOf(candidate: Candidate, settings: Settings, now: number): number {
  const past = ageOf(candidate.facts, candidate, now) - lifetimeOf(candidate.facts, settings)
  return Math.max(0, past, sinceInvalidation(candidate, now))
}

export function sinceInvalidation(candidate: Candidate, now: number): number {
  return isInvalidated(candidate) ? now - (candidate.invalidatedAt ?? now) : 0
}

/**
 * May this version answer when the origin gave nothing acceptable? 'resilient': always. 'standard': unless RFC 9111 4.2.4, 4.1 or 4.4
 * forbid it, or the request wants a validated answer (5.2.1.4). In both only within `fallback.maxStale`; and where the user wants no
 * fallback, as long as the origin allows by `stale-if-error` (RFC 5861 4).
 */
export function mayServeStale(
  candidate: Candidate,
  request: RequestFacts & { readonly settings: Settings },
  now: number,
): 'allowed' | 'forbidden' {
  const { facts } = candidate
  const { settings } = request
  const staleFor = staleForOf(candidate, settings, now)
  const wishes = wishesOf(request.headers)
  const tolerated = Math.max(facts.staleIfError, wishes?.staleIfError ?? 0)
  const within = settings.fallback === false ? staleFor < tolerated : staleFor <= settings.fallback.maxStale
  if (!within) return 'forbidden'
  if (settings.respect === 'resilient') return 'allowed'
  const bound = forbidsStale(facts, settings) || isInvalidated(candidate) || isVariedByAll(facts) || wishes?.noCache === true
  return bound ? 'forbidden' : 'allowed'
}
