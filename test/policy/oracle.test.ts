import CachePolicy from 'http-cache-semantics'
import { describe, expect, test } from 'vitest'
import { ageOf, lifetimeOf } from '../../src/policy/freshness.ts'
import { judge } from '../../src/policy/judge.ts'
import { factsOf } from '../../src/policy/response-facts.ts'
import { storability } from '../../src/policy/storability.ts'
import { conditionalHeaders, confirms } from '../../src/policy/validation.ts'
import { variantOf } from '../../src/policy/vary.ts'
import { DAY, headers, httpDate, NOON, request, SECOND, settings } from './given.ts'
import { fc } from './property.ts'

/*
 * http-cache-semantics 4.3.0 as a second opinion, for a private cache and `respect: 'standard'`. Where it is known to be wrong, or to
 * decide what RFC 9111 leaves open, nothing is generated:
 *
 * - 206, 451 and all statuses outside of its short list are never storable for it, not even with explicit freshness (RFC 9111 3);
 *   `private` does not make other statuses storable for a private cache (5.2.2.7)
 * - must-revalidate makes it ask even while the response is fresh (5.2.2.2)
 * - directives are compared by case, quotes do not protect commas, of a repeated directive the last counts (5.2, 4.2.1)
 * - `max-age=60abc`, `Age: 1.5` and `Age: -5` are read as far as digits go (1.2.2, 5.1)
 * - ages leave out Date and the time that the answer took (4.2.3)
 * - Pragma of a response counts (5.4 leaves it undefined)
 * - max-stale and stale-while-revalidate are granted against no-cache of the response (5.2.2.4)
 * - `Vary: a, *` and Vary values that differ by spaces (4.1); `immutable` without max-age as a day of freshness; must-understand
 * - a stored HEAD, a HEAD of a stored GET; a Range request is satisfied by a whole
 * - no-store of a request only forbids to store (5.2.1.5 leaves it open); here the cache stands aside
 * - a 304 without validators is never of the stored response where that has one
 */
const HOST = { host: 'example.org' }
const URL = 'https://example.org/data'
const STANDARD = settings({ respect: 'standard' })
const NONE: ReadonlySet<string> = new Set()

class At extends CachePolicy {
  clock = NOON
  override now(): number {
    return this.clock ?? NOON
  }
}

const seconds = fc.constantFrom(0, 1, 10, 59, 60, 61, 3600, 86_400, 2 ** 31)
const ago = fc.constantFrom(-3600, -60, 0, 60, 3600, 86_400, 86_400 * 365).map((count) => httpDate(NOON - count * SECOND))
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
const joined = (parts: readonly (string | undefined)[]): string | undefined =>
  parts.filter((part) => part !== undefined).join(', ') || undefined

const responseDirectives = fc
  .tuple(
    optional(
      fc.oneof(
        seconds.map((count) => `max-age=${count}`),
        fc.constantFrom('max-age', 'max-age=x', 'max-age="60"'),
      ),
    ),
    optional(fc.constant('no-store')),
    optional(fc.constantFrom('public', 's-maxage=7', 'proxy-revalidate', 'ext="a"', 'ext=1')),
    optional(
      fc.oneof(
        fc.constant('no-cache'),
        seconds.map((count) => `stale-while-revalidate=${count}`),
      ),
    ),
  )
  .map(joined)

const atTimes = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 1 })

const requestDirectives = fc
  .tuple(
    atTimes(fc.constantFrom('no-cache', 'no-store', 'ext')),
    atTimes(seconds.map((count) => `max-age=${count}`)),
    atTimes(seconds.map((count) => `min-fresh=${count}`)),
  )
  .map(joined)

const defined = (fields: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))

const answer = fc
  .record({
    status: fc.constantFrom(200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 501),
    cacheControl: responseDirectives,
    expires: optional(fc.oneof(ago, fc.constantFrom('0', 'x'))),
    age: optional(seconds.map(String)),
    lastModified: optional(ago),
    etag: optional(fc.constantFrom('"1"', 'W/"1"', '"2"')),
    vary: optional(fc.constantFrom('a', 'a, b', '*')),
  })
  .map(({ status, cacheControl, lastModified, ...fields }) => ({
    status,
    headers: defined({ ...fields, date: httpDate(NOON), 'cache-control': cacheControl, 'last-modified': lastModified }),
  }))

const asking = fc
  .record({
    a: optional(fc.constantFrom('1', '2')),
    b: optional(fc.constant('1')),
    cacheControl: requestDirectives,
    pragma: atTimes(fc.constant('no-cache')),
  })
  .map(({ cacheControl, pragma, ...fields }) => ({
    method: 'GET',
    url: URL,
    // With a Cache-Control beside it, Pragma counts for the oracle (RFC 9111 5.4: it does not).
    headers: defined({
      ...HOST,
      ...fields,
      'cache-control': cacheControl,
      pragma: cacheControl === undefined ? pragma : undefined,
    }),
  }))

const later = fc.constantFrom(0, 1, 30, 59, 60, 61, 600, 3600, 86_400, 86_400 * 40).map((count) => count * SECOND)

describe('http-cache-semantics agrees', () => {
  test('what is storable, how long it is fresh, how old it is', () => {
    fc.assert(
      fc.property(asking, answer, later, (asked, answered, elapsed) => {
        const oracle = new At(asked, answered, { shared: false })
        const facts = factsOf({ status: answered.status, headers: headers(answered.headers) }, NOON)
        const { store } = storability(request(asked.headers), facts, STANDARD)
        expect(store).toBe(oracle.storable())
        oracle.clock = NOON + elapsed
        const age = ageOf(facts, { requestedAt: NOON, checkedAt: NOON }, NOON + elapsed)
        expect(age).toBe(oracle.age() * 1000)
        // For the oracle these have no lifetime at all; here they have one, and are validated all the same.
        const bound = !store || facts.noCache !== undefined || facts.vary.includes('*')
        expect(bound ? 0 : lifetimeOf(facts, STANDARD)).toBeCloseTo(oracle.maxAge() * 1000, 3)
      }),
      { numRuns: 5000 },
    )
  })

  test('whether a later request is answered, refreshed behind, or asked', () => {
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(asking, answer, asking, later, (first, answered, second, elapsed) => {
        const facts = factsOf({ status: answered.status, headers: headers(answered.headers) }, NOON)
        fc.pre(storability(request(first.headers), facts, STANDARD).store)
        fc.pre(!(facts.noCache !== undefined && facts.staleWhileRevalidate > 0))
        fc.pre(second.headers['cache-control']?.includes('no-store') !== true)
        const oracle = new At(first, answered, { shared: false })
        oracle.clock = NOON + elapsed
        const { response, revalidation } = oracle.evaluateRequest(second)
        const expected = revalidation === undefined ? 'fresh' : response === undefined ? 'ask' : 'stale-while-revalidate'
        const matches =
          variantOf(facts.vary, request(first.headers), NONE) === variantOf(facts.vary, request(second.headers), NONE)
        const candidate = matches ? { facts, requestedAt: NOON, checkedAt: NOON } : undefined
        const { name } = judge(candidate, { ...request(second.headers), cache: 'default', settings: STANDARD }, NOON + elapsed)
        const ours = name === 'fresh' || name === 'stale-while-revalidate' ? name : 'ask'
        seen.set(expected, (seen.get(expected) ?? 0) + 1)
        expect(ours).toBe(expected)
      }),
      { numRuns: 5000 },
    )
    // The generator reached each outcome often enough for the agreement to mean something.
    for (const outcome of ['fresh', 'ask', 'stale-while-revalidate']) expect(seen.get(outcome)).toBeGreaterThan(100)
  })

  test('what a revalidation asks, and whether a 304 confirms', () => {
    const tag = optional(fc.constantFrom('"1"', 'W/"1"', '"2"', 'W/"2"'))
    fc.assert(
      fc.property(answer, tag, optional(ago), (answered, etag, lastModified) => {
        const asked = { method: 'GET', url: URL, headers: HOST }
        const facts = factsOf({ status: answered.status, headers: headers(answered.headers) }, NOON)
        const oracle = new At(asked, answered, { shared: false })
        fc.pre(oracle.storable() && !facts.vary.includes('*'))
        const { host: _host, ...conditions } = oracle.revalidationHeaders(asked)
        expect(Object.fromEntries(conditionalHeaders(facts))).toEqual(conditions)

        fc.pre((etag ?? lastModified) !== undefined && (facts.etag === undefined) === (etag === undefined))
        fc.pre((facts.lastModified === undefined) === (lastModified === undefined))
        const from304 = { status: 304, headers: defined({ etag, 'last-modified': lastModified }) }
        const matches = oracle.revalidatedPolicy(asked, from304).matches ? 'confirmed' : 'other'
        expect(confirms(factsOf({ status: 304, headers: headers(from304.headers) }, NOON + DAY), facts, 'resilient')).toBe(
          matches,
        )
      }),
      { numRuns: 3000 },
    )
  })
})
