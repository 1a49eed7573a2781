import { describe, expect, test } from 'vitest'
import type { Settings } from '../../src/model/settings.ts'
import { ageOf, explicitLifetime, isHeuristicallyCacheable, lifetimeOf, ttlOf } from '../../src/policy/freshness.ts'
import { DAY, type Fields, facts, HOUR, httpDate, MINUTE, NOON, SECOND, settings } from './given.ts'
import { fc } from './property.ts'

const STANDARD = { respect: 'standard' } as const
const YEAR_OLD: Fields = { 'last-modified': httpDate(NOON - 365 * DAY) }

describe('freshness lifetime', () => {
  // RFC 9111 4.2.1.
  test.each<[string, Fields, number | undefined]>([
    ['nothing said', {}, undefined],
    ['max-age', { 'cache-control': 'max-age=60' }, MINUTE],
    ['max-age before Expires', { 'cache-control': 'max-age=0', expires: httpDate(NOON + HOUR) }, 0],
    ['s-maxage is not for a private cache', { 'cache-control': 's-maxage=60' }, undefined],
    ['max-age before s-maxage', { 'cache-control': 's-maxage=3600, max-age=60' }, MINUTE],
    ['Expires by the Date of the server', { expires: httpDate(NOON + HOUR), date: httpDate(NOON + MINUTE) }, HOUR - MINUTE],
    ['Expires by the arrival where there is no Date', { expires: httpDate(NOON + HOUR) }, HOUR],
    ['Expires in the past', { expires: httpDate(NOON - HOUR), date: httpDate(NOON) }, 0],
    ['Expires that is no date', { expires: '0' }, 0],
    ['invalid max-age', { 'cache-control': 'max-age=x', expires: httpDate(NOON + HOUR) }, 0],
  ])('as the origin states it: %s', (_, fields, lifetime) => {
    expect(explicitLifetime(facts(fields))).toBe(lifetime)
  })

  test.each<[string, Fields, number, Partial<Settings>, number]>([
    ['explicit', { 'cache-control': 'max-age=60' }, 200, {}, MINUTE],
    ['ttl before the origin', { 'cache-control': 'max-age=60' }, 200, { ttl: HOUR }, HOUR],
    ['ttl for ever', {}, 200, { ttl: Number.POSITIVE_INFINITY }, Number.POSITIVE_INFINITY],
    ['ttl 0', { 'cache-control': 'max-age=60' }, 200, { ttl: 0 }, 0],
    ['ttl from when it came, whatever age it had', { age: '500' }, 200, { ttl: HOUR }, HOUR + 500_000],
    ['ttl by a server whose clock is slow', { date: httpDate(NOON - 2 * HOUR) }, 200, { ttl: HOUR }, 3 * HOUR],
    ['ttl 0 of what came with an age', { age: '500' }, 200, { ttl: 0 }, 0],
    ['ttl does not cover 302', { 'cache-control': 'max-age=60' }, 302, { ttl: HOUR }, MINUTE],
    ['defaultTtl', {}, 200, { defaultTtl: HOUR }, HOUR],
    ['defaultTtl from when it came', { age: '500' }, 200, { defaultTtl: HOUR }, HOUR + 500_000],
    ['defaultTtl only where the origin is silent', { 'cache-control': 'max-age=60' }, 200, { defaultTtl: HOUR }, MINUTE],
    ['defaultTtl before the guess', YEAR_OLD, 200, { defaultTtl: MINUTE }, MINUTE],
    ['defaultTtl not for what may not be guessed', {}, 201, { defaultTtl: HOUR }, 0],
    ['the guess, capped', YEAR_OLD, 200, {}, 10 * MINUTE],
    ['the guess, to the letter', YEAR_OLD, 200, STANDARD, 36.5 * DAY],
    ['the guess below the cap', { 'last-modified': httpDate(NOON - HOUR) }, 200, {}, 6 * MINUTE],
    [
      'the guess by the server’s Date',
      { 'last-modified': httpDate(NOON - 2 * HOUR), date: httpDate(NOON - HOUR) },
      200,
      STANDARD,
      6 * MINUTE,
    ],
    ['Last-Modified in the future', { 'last-modified': httpDate(NOON + HOUR) }, 200, {}, 0],
    ['no Last-Modified', {}, 200, {}, 0],
    ['a guess for 502 is none', YEAR_OLD, 502, STANDARD, 0],
    ['a guess for 599 that is public', { ...YEAR_OLD, 'cache-control': 'public' }, 599, STANDARD, 36.5 * DAY],
    ['no guess beside an Expires', { ...YEAR_OLD, expires: '0' }, 200, STANDARD, 0],
  ])('%s', (_, fields, status, over, lifetime) => {
    expect(lifetimeOf(facts(fields, { status }), settings(over))).toBe(lifetime)
  })

  // api.d.ts: "ttl covers 2xx, 301, 308, 404, 410".
  test('the statuses that ttl covers', () => {
    const covered = Array.from({ length: 500 }, (_, index) => index + 100).filter(
      (status) => ttlOf(facts({}, { status }), settings({ ttl: 1 })) === 1,
    )
    expect(covered).toEqual([...Array.from({ length: 100 }, (_, index) => index + 200), 301, 308, 404, 410])
    expect(ttlOf(facts({}), settings({ ttl: 'http' }))).toBeUndefined()
  })

  test('the statuses that are heuristically cacheable (RFC 9110 15.1)', () => {
    const guessed = Array.from({ length: 500 }, (_, index) => index + 100).filter((status) =>
      isHeuristicallyCacheable(facts({}, { status })),
    )
    expect(guessed).toEqual([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501])
  })
})

describe('age (RFC 9111 4.2.3)', () => {
  const AT = { requestedAt: NOON, checkedAt: NOON }

  test.each<[string, Fields, { requestedAt: number; checkedAt: number }, number, number]>([
    ['grows while it is here', {}, AT, NOON + MINUTE, MINUTE],
    ['starts with what Age said', { age: '30' }, AT, NOON + MINUTE, 90 * SECOND],
    [
      'counts the time that the answer took',
      { age: '30' },
      { requestedAt: NOON - 5 * SECOND, checkedAt: NOON },
      NOON,
      35 * SECOND,
    ],
    ['counts what Date shows', { date: httpDate(NOON - HOUR) }, AT, NOON + MINUTE, HOUR + MINUTE],
    ['takes the larger of the two', { date: httpDate(NOON - HOUR), age: '30' }, AT, NOON, HOUR],
    ['takes the larger of the two, the other way', { date: httpDate(NOON - SECOND), age: '30' }, AT, NOON, 30 * SECOND],
    ['a Date ahead of us is no age', { date: httpDate(NOON + HOUR) }, AT, NOON + MINUTE, MINUTE],
    [
      'our clock stepped back between request and answer',
      {},
      { requestedAt: NOON + HOUR, checkedAt: NOON },
      NOON + MINUTE,
      MINUTE,
    ],
    ['our clock was set back since', {}, AT, NOON - HOUR, HOUR],
  ])('%s', (_, fields, times, now, age) => {
    expect(ageOf(facts(fields), times, now)).toBe(age)
  })

  test('is finite and never negative, and no clock makes a response fresh for longer than twice its lifetime', () => {
    const time = fc.integer({ min: 0, max: 4 * NOON })
    fc.assert(
      fc.property(time, time, time, fc.integer({ min: 0, max: DAY }), (requestedAt, checkedAt, now, lifetime) => {
        const age = ageOf(facts({}, { receivedAt: checkedAt }), { requestedAt, checkedAt }, now)
        expect(age).toBeGreaterThanOrEqual(0)
        expect(Number.isFinite(age)).toBe(true)
        expect(age < lifetime && Math.abs(now - checkedAt) >= lifetime).toBe(false)
      }),
    )
  })
})
