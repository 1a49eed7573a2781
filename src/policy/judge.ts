import type { RequestFacts } from '../model/call.ts'
import type { CacheMode, Settings } from '../model/settings.ts'
import { ageOf, lifetimeOf, ttlOf } from './freshness.ts'
import { isCached } from './passing.ts'
import { NOTHING_ASKED, type Wishes, wishesOf } from './request-directives.ts'
import { type Candidate, forbidsStale, isInvalidated, isVariedByAll, sinceInvalidation } from './staleness.ts'

export type JudgedRequest = RequestFacts & { readonly cache: CacheMode; readonly settings: Settings }

/** Why. 'absent': nothing is stored. 'expired': older than its lifetime. The others name the option, directive or header that decided. */
export type VerdictReason =
  | 'fresh'
  | 'absent'
  | 'expired'
  | 'invalidated'
  | 'vary'
  | 'no-cache'
  | 'no-store'
  | 'offline'
  | 'prefer-offline'
  | 'force-cache'
  | 'only-if-cached'
  | 'reload'
  | 'request no-cache'
  | 'request no-store'
  | 'max-age'
  | 'min-fresh'
  | 'max-stale'
  | 'precondition'
  | 'method'

/**
 * What to do about a request. Spans in milliseconds; 0 where nothing is stored.
 *
 * - `fresh`: answer with it and ask nobody. Also where the user or the request takes it at any age: then `staleFor` may be above 0.
 * - `stale-while-revalidate`: answer with it, refresh behind.
 * - `revalidate`: ask with conditions. `stale`: ask without any, for there is no validator.
 * - `miss`: nothing to answer with. For the reasons 'offline' and 'only-if-cached' that is the end: nothing may be asked.
 * - `bypass`: the cache neither answers nor stands between.
 */
export interface Verdict {
  readonly name: 'fresh' | 'stale-while-revalidate' | 'revalidate' | 'stale' | 'miss' | 'bypass'
  readonly reason: VerdictReason
  readonly age: number
  readonly lifetime: number
  /** How long past the end of freshness, or since the invalidation. */
  readonly staleFor: number
}

/** What the cache does about a request (RFC 9111 4; for `init.cache` the Fetch standard's HTTP-network-or-cache fetch). */
export function judge(candidate: Candidate | undefined, request: JudgedRequest, now: number): Verdict {
  const { cache, settings } = request
  const offline = settings.mode === 'offline'
  // RFC 9111 5.2.1: what a request's own headers ask counts, unless `init.cache` or the user's mode says something else.
  const asked = offline || cache !== 'default' ? NOTHING_ASKED : (wishesOf(request.headers) ?? NOTHING_ASKED)
  const passing = offline ? undefined : bypassReason(request, asked)
  const anyAge = anyAgeReason(request, asked)
  if (candidate === undefined)
    return passing === undefined ? without('miss', missReason(anyAge, asked)) : without('bypass', passing)

  const age = ageOf(candidate.facts, candidate, now)
  const lifetime = lifetimeOf(candidate.facts, settings)
  const staleFor = Math.max(0, age - lifetime, sinceInvalidation(candidate, now))
  const weighed: Verdict = { name: 'fresh', reason: anyAge ?? 'fresh', age, lifetime, staleFor }
  if (passing !== undefined) return { ...weighed, name: 'bypass', reason: passing }
  if (anyAge !== undefined && settings.respect === 'standard' && isVariedByAll(candidate.facts)) {
    return { ...weighed, name: 'miss', reason: missReason(anyAge, asked) }
  }
  if (cache === 'reload' && !offline) return { ...weighed, name: 'miss', reason: 'reload' }

  if (anyAge !== undefined) return weighed
  const obstacle = obstacleOf(weighed, candidate, request, asked)
  return obstacle === undefined ? weighed : hindered({ ...weighed, reason: obstacle }, candidate, request, asked)
}

function without(name: 'miss' | 'bypass', reason: VerdictReason): Verdict {
  return { name, reason, age: 0, lifetime: 0, staleFor: 0 }
}

function bypassReason(request: JudgedRequest, asked: Wishes): VerdictReason | undefined {
  if (!isCached(request)) return 'method'
  if (request.cache === 'no-store') return 'no-store'
  if (asked.noStore && !asked.onlyIfCached) return 'request no-store'
  return asked.needsOrigin ? 'precondition' : undefined
}

/** Who takes a stored answer at any age. The header only-if-cached keeps freshness under 'standard' (RFC 9111 5.2.1.7). */
function anyAgeReason({ cache, settings }: JudgedRequest, asked: Wishes): VerdictReason | undefined {
  if (settings.mode === 'offline') return 'offline'
  if (cache === 'force-cache' || cache === 'only-if-cached') return cache
  if (cache !== 'default') return undefined
  if (asked.onlyIfCached && settings.respect === 'resilient') return 'only-if-cached'
  return settings.mode === 'prefer-offline' && !asked.noCache ? 'prefer-offline' : undefined
}

function missReason(anyAge: VerdictReason | undefined, asked: Wishes): VerdictReason {
  if (asked.onlyIfCached) return 'only-if-cached'
  return anyAge === 'offline' || anyAge === 'only-if-cached' ? anyAge : 'absent'
}

/** What hinders the answer that nobody be asked. What lies with the response comes before what lies with the request. */
function obstacleOf(
  weighed: Verdict,
  candidate: Candidate,
  { cache, settings }: JudgedRequest,
  asked: Wishes,
): VerdictReason | undefined {
  const { facts } = candidate
  const ttl = ttlOf(facts, settings)
  if (isVariedByAll(facts)) return 'vary'
  if (isInvalidated(candidate)) return 'invalidated'
  // A 304 may bring no-store to what was stored without it. RFC 9111 5.2.2.3: beside must-understand it is not for us.
  if (facts.noStore && !facts.mustUnderstand && !(ttl !== undefined && settings.ttlIsSpecific)) return 'no-store'
  if (facts.noCache === 'all' && ttl === undefined) return 'no-cache'
  if (weighed.age >= weighed.lifetime) return 'expired'
  if (asked.noCache) return 'request no-cache'
  // RFC 8246 2: immutable spares the question that a reload asks: max-age=0, which is also what the Fetch standard (4.6) makes of
  // `cache: 'no-cache'`. The header no-cache and `cache: 'reload'` force it.
  if (cache === 'no-cache' && !facts.immutable) return 'request no-cache'
  if (isTooOld(weighed, asked) && !facts.immutable) return 'max-age'
  return isTooNearItsEnd(weighed, asked) ? 'min-fresh' : undefined
}

function hindered(verdict: Verdict, candidate: Candidate, request: JudgedRequest, asked: Wishes): Verdict {
  const { facts } = candidate
  if (isPatient(verdict, request, asked)) {
    if (toleratesStale(verdict, candidate, request, asked)) return { ...verdict, name: 'fresh', reason: 'max-stale' }
    const refreshable = !asked.onlyIfCached && verdict.staleFor < revalidationWindow(verdict, candidate, request.settings)
    if (refreshable) return { ...verdict, name: 'stale-while-revalidate' }
  }
  if (asked.onlyIfCached) return without('miss', 'only-if-cached')
  return { ...verdict, name: facts.etag === undefined && facts.lastModified === undefined ? 'stale' : 'revalidate' }
}

/** Only time, or the origin's no-cache, hinders; and the request asks for nothing younger. */
function isPatient(verdict: Verdict, { cache }: JudgedRequest, asked: Wishes): boolean {
  if (verdict.reason !== 'expired' && verdict.reason !== 'no-cache') return false
  return cache !== 'no-cache' && !asked.noCache && !isTooOld(verdict, asked) && !isTooNearItsEnd(verdict, asked)
}

/** RFC 9111 5.2.1.1. */
function isTooOld({ age }: Verdict, { maxAge }: Wishes): boolean {
  return maxAge !== undefined && age > maxAge
}

/** RFC 9111 5.2.1.3. */
function isTooNearItsEnd({ age, lifetime }: Verdict, { minFresh }: Wishes): boolean {
  return minFresh !== undefined && lifetime - age < minFresh
}

/** RFC 9111 5.2.1.2, within what the origin allows (4.2.4). */
function toleratesStale({ staleFor }: Verdict, { facts }: Candidate, { settings }: JudgedRequest, { maxStale }: Wishes): boolean {
  return maxStale > 0 && staleFor <= maxStale && !forbidsStale(facts, settings)
}

/**
 * RFC 5861 3. Where the origin forbids stale answers, its own window is void, and the user's counts under 'resilient' only. A target's
 * window is not that of the redirects to it: it ends where they do.
 */
function revalidationWindow({ lifetime }: Verdict, { facts }: Candidate, settings: Settings): number {
  const stated = Math.min(facts.staleWhileRevalidate, facts.redirectLifetime - lifetime)
  if (!forbidsStale(facts, settings)) return Math.max(stated, settings.staleWhileRevalidate)
  return settings.respect === 'resilient' ? settings.staleWhileRevalidate : 0
}
