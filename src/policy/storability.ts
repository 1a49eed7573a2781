import type { RequestFacts } from '../model/call.ts'
import { headerOf } from '../model/headers.ts'
import type { ResponseFacts } from '../model/response-facts.ts'
import type { ResponseHead } from '../model/rooms.ts'
import type { Settings } from '../model/settings.ts'
import { parseCacheControl } from './cache-control.ts'
import { headFacts } from './candidate.ts'
import { explicitLifetime, isHeuristicallyCacheable, lifetimeOf, ttlOf } from './freshness.ts'
import { asksOrigin } from './preconditions.ts'

/** `answers`: the method whose later requests it answers, where that is not the request's own. */
export type Storability =
  | { readonly store: true; readonly answers?: 'GET' }
  | { readonly store: false; readonly reason: 'no-store' | 'method' | 'status' | 'range' | 'vary' }

/** Final statuses with caching requirements that this module knows (RFC 9111 5.2.2.3): those of RFC 9110, 6585, 7725. */
const UNDERSTOOD: ReadonlySet<number> = new Set([
  200, 201, 202, 203, 204, 205, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412,
  413, 414, 415, 416, 417, 421, 422, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 511,
])

/** A longer list of selecting headers is not content negotiation; each would be looked up on each request. */
const MOST_SELECTING_HEADERS = 100

/**
 * May this response be kept (RFC 9111 3)? The cache is private: `private`, and answers to requests with credentials, are kept, and
 * keys keep their users apart. `Vary: *` is kept too: RFC 9111 4.1 forbids to answer with it unasked, not to validate it.
 */
export function storability(request: RequestFacts, facts: ResponseFacts, settings: Settings): Storability {
  // A whole that came although a part was asked for is a whole.
  if (facts.status === 206) return refused('range')
  if (facts.status < 200 || facts.status === 304) return refused('status')
  // What is no whole speaks of the part or the copy that was asked about: 416 and 412 above all.
  if (facts.status !== 200 && asksOrigin(request))
    return refused(headerOf(request.headers, 'range') === undefined ? 'status' : 'range')
  if (forbidsStoring(request, facts, settings)) return refused('no-store')
  if (facts.vary.length > MOST_SELECTING_HEADERS) return refused('vary')
  const method = methodAllows(request, facts, settings)
  if (method === 'refused') return refused('method')
  if (!statusAllows(facts, settings)) return refused('status')
  return method === 'GET' ? { store: true, answers: 'GET' } : { store: true }
}

function refused(reason: Exclude<Storability, { store: true }>['reason']): Storability {
  return { store: false, reason }
}

/** RFC 9111 5.2.1.5, 5.2.2.5. A `ttl` of the call's or a rule's own is a statement on this very response; the instance's is not. */
function forbidsStoring(request: RequestFacts, facts: ResponseFacts, settings: Settings): boolean {
  if (parseCacheControl(headerOf(request.headers, 'cache-control')).has('no-store')) return true
  if (settings.ttlIsSpecific && ttlOf(facts, settings) !== undefined) return false
  // RFC 9111 5.2.2.3: with must-understand, no-store speaks only to caches that do not know the status.
  if (facts.mustUnderstand) return !UNDERSTOOD.has(facts.status)
  return facts.noStore
}

/** RFC 9110 9.2.3. HEAD freshens or stales the GET's entry, and is never kept itself. */
function methodAllows(request: RequestFacts, facts: ResponseFacts, settings: Settings): 'own' | 'GET' | 'refused' {
  if (request.method === 'GET') return 'own'
  const stated = ttlOf(facts, settings) !== undefined || explicitLifetime(facts) !== undefined
  if (settings.safe && (request.method === 'POST' || request.method === 'QUERY')) return stated ? 'own' : 'refused'
  return settings.respect === 'standard' && request.method === 'POST' && standsForGet(request, facts) ? 'GET' : 'refused'
}

/** RFC 9110 9.3.3: a POST answer that states its freshness and says that it is what a GET of this URL would bring. */
function standsForGet(request: RequestFacts, facts: ResponseFacts): boolean {
  if (facts.contentLocation === undefined || explicitLifetime(facts) === undefined) return false
  const success = facts.status >= 200 && facts.status < 300
  return success && URL.parse(facts.contentLocation, request.url)?.href === new URL(request.url).href
}

/** RFC 9111 3, the last item, and what 'resilient' takes away from it. */
function statusAllows(facts: ResponseFacts, settings: Settings): boolean {
  // Of a token, and another of the same principal would find it.
  if (facts.status === 401 && settings.partition !== undefined) return false
  const explicit = ttlOf(facts, settings) !== undefined || explicitLifetime(facts) !== undefined
  if (settings.respect === 'standard' || facts.status < 400) return explicit || isHeuristicallyCacheable(facts)
  // An outage is no answer, and must not stand before the last good version; an error that is stale at once would do so for nothing.
  return !isOutage(facts.status, settings) && explicit && lifetimeOf(facts, settings) > 0
}

function isOutage(status: number, { retry, fallback }: Settings): boolean {
  return (
    status >= 500 ||
    retry.statusCodes.includes(status) ||
    (fallback !== false && (fallback.on.includes(status) || fallback.on.includes('4xx')))
  )
}

/** An answer of whatever status that its origin, under 'standard', lets be reused for some time. */
export function statesFreshness(call: RequestFacts & { readonly settings: Settings }, head: ResponseHead): boolean {
  if (call.settings.respect !== 'standard') return false
  const facts = headFacts(head)
  return lifetimeOf(facts, call.settings) > 0 && storability(call, facts, call.settings).store
}
