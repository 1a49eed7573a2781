import type { ResponseFacts } from '../model/response-facts.ts'
import type { Settings } from '../model/settings.ts'

/** RFC 9110 15.1. */
const HEURISTICALLY_CACHEABLE: ReadonlySet<number> = new Set([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501])

/** Without an origin's word, 'resilient' asks again at least this often: 10 % of a year-old file's age is five weeks. */
const LONGEST_GUESS = 600_000

/** When a stored response was asked for and when it came, by our clock: RFC 9111 4.2.3, `request_time` and `response_time`. */
export interface ResponseTimes {
  readonly requestedAt: number
  readonly checkedAt: number
}

/** The `ttl` that a call, a rule or the instance set, where it covers this status; undefined: HTTP decides. */
export function ttlOf({ status }: ResponseFacts, { ttl }: Settings): number | undefined {
  if (ttl === 'http') return undefined
  const covered = (status >= 200 && status < 300) || status === 301 || status === 308 || status === 404 || status === 410
  return covered ? ttl : undefined
}

/** RFC 9111 4.2.1 without `s-maxage`, which speaks to shared caches only; undefined where the origin said nothing. */
export function explicitLifetime(facts: ResponseFacts): number | undefined {
  if (facts.maxAge !== undefined) return facts.maxAge
  if (facts.expires === undefined) return undefined
  // RFC 9111 5.3: what is not a date, '0' above all, lies in the past.
  return facts.expires === 'invalid' ? 0 : Math.max(0, facts.expires - (facts.date ?? facts.receivedAt))
}

/** RFC 9111 3 and 4.2.2: where the origin said nothing, a cache may guess for these. */
export function isHeuristicallyCacheable(facts: ResponseFacts): boolean {
  return HEURISTICALLY_CACHEABLE.has(facts.status) || facts.markedCacheable
}

/** The age that it had when it came, by its Age and its Date. What somebody here says of its freshness begins there. */
export function ageAtArrival({
  ageOnArrival,
  date,
  receivedAt,
}: Pick<ResponseFacts, 'ageOnArrival' | 'date' | 'receivedAt'>): number {
  return Math.max(ageOnArrival, receivedAt - (date ?? receivedAt))
}

/**
 * Freshness lifetime in milliseconds, of the age: the user's `ttl`, else what the origin states, else `defaultTtl`, else a guess from
 * Last-Modified (RFC 9111 4.2.2). Whether the response must be validated all the same is not asked here.
 */
export function lifetimeOf(facts: ResponseFacts, settings: Settings): number {
  const ttl = ttlOf(facts, settings)
  if (ttl !== undefined) return ttl && ttl + ageAtArrival(facts)
  return Math.min(explicitLifetime(facts) ?? guessedLifetime(facts, settings), facts.redirectLifetime)
}

function guessedLifetime(facts: ResponseFacts, { defaultTtl, respect }: Settings): number {
  if (!isHeuristicallyCacheable(facts)) return 0
  if (defaultTtl > 0) return defaultTtl + ageAtArrival(facts)
  if (facts.lastModified === undefined) return 0
  const tenth = Math.max(0, (facts.date ?? facts.receivedAt) - facts.lastModified.at) / 10
  return respect === 'standard' ? tenth : Math.min(tenth, LONGEST_GUESS)
}

/**
 * Age in milliseconds (RFC 9111 4.2.3), never negative. When our clock stands before the time of the last check, it was set back,
 * and nobody knows for how long the response has been here: the distance counts as its residence. So it is not fresh for ever, and a
 * small step costs nothing.
 */
export function ageOf(facts: ResponseFacts, { requestedAt, checkedAt }: ResponseTimes, now: number): number {
  const apparentAge = Math.max(0, checkedAt - (facts.date ?? checkedAt))
  const responseDelay = Math.max(0, checkedAt - requestedAt)
  return Math.max(apparentAge, facts.ageOnArrival + responseDelay) + Math.abs(now - checkedAt)
}
