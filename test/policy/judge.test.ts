import { describe, expect, test } from 'vitest'
import { HOUR, httpDate, MINUTE, NOON, SECOND } from './given.ts'
import { cc, judgement, type Row, STANDARD, verdictOf } from './verdicts.ts'

describe('freshness decides', () => {
  test.each<[string, Row]>([
    ['miss: absent', {}],
    ['fresh: fresh', { stored: cc('max-age=60'), age: 59_999 }],
    ['revalidate: expired', { stored: cc('max-age=60'), age: MINUTE }],
    ['revalidate: expired', { stored: { 'cache-control': 'max-age=60', 'last-modified': httpDate(NOON - HOUR) }, age: MINUTE }],
    ['stale: expired', { stored: { 'cache-control': 'max-age=60' }, age: MINUTE }],
    ['stale: expired', { stored: {} }],
    ['fresh: fresh', { stored: cc('max-age=60'), method: 'HEAD' }],
    ['fresh: fresh', { stored: cc('no-cache="x-a", max-age=60') }],
    ['fresh: fresh', { stored: cc('max-age=60, must-revalidate') }],
    ['revalidate: no-cache', { stored: cc('max-age=60, no-cache') }],
    ['revalidate: no-cache', { stored: cc('no-cache') }],
    ['revalidate: no-store', { stored: cc('max-age=60, no-store') }],
    ['fresh: fresh', { stored: cc('max-age=60, no-store, must-understand') }],
    ['revalidate: vary', { stored: { ...cc('max-age=60'), vary: '*' } }],
    ['revalidate: vary', { stored: { ...cc('max-age=60'), vary: '*' }, settings: { ttl: HOUR, ttlIsSpecific: true } }],
    ['revalidate: invalidated', { stored: cc('max-age=60'), invalidated: NOON }],
    ['fresh: fresh', { stored: cc('max-age=60'), invalidated: NOON - 1 }],
    [
      'revalidate: invalidated',
      { stored: cc('max-age=60'), invalidated: NOON + SECOND, age: 2 * SECOND, settings: { ttl: HOUR } },
    ],
  ])('%s %j', (expected, row) => {
    expect(verdictOf(row)).toBe(expected)
    expect(verdictOf({ ...row, settings: { ...row.settings, ...STANDARD } })).toBe(expected)
  })
})

describe('the user’s ttl decides', () => {
  test.each<[string, Row]>([
    ['fresh: fresh', { stored: cc('max-age=0'), age: MINUTE, settings: { ttl: HOUR } }],
    ['revalidate: expired', { stored: cc('max-age=7200'), age: HOUR, settings: { ttl: HOUR } }],
    ['revalidate: expired', { stored: cc('max-age=60'), settings: { ttl: 0 } }],
    ['fresh: fresh', { stored: cc('max-age=60'), age: 1e15, settings: { ttl: Number.POSITIVE_INFINITY } }],
    ['fresh: fresh', { stored: cc('no-cache, must-revalidate'), age: MINUTE, settings: { ttl: HOUR } }],
    ['revalidate: no-cache', { stored: cc('no-cache'), status: 302, settings: { ttl: HOUR } }],
    ['fresh: fresh', { stored: cc('no-store'), settings: { ttl: HOUR, ttlIsSpecific: true } }],
    ['revalidate: no-store', { stored: cc('no-store'), settings: { ttl: HOUR, ttlIsSpecific: false } }],
  ])('%s %j', (expected, row) => {
    expect(verdictOf(row)).toBe(expected)
  })
})

describe('methods', () => {
  test.each<[string, Row]>([
    ['bypass: method', { method: 'POST', stored: cc('max-age=60') }],
    ['bypass: method', { method: 'PUT', settings: { safe: true } }],
    ['fresh: fresh', { method: 'POST', stored: cc('max-age=60'), settings: { safe: true } }],
    ['fresh: fresh', { method: 'QUERY', stored: cc('max-age=60'), settings: { safe: true } }],
    ['bypass: method', { method: 'QUERY', stored: cc('max-age=60') }],
    ['bypass: method', { method: 'OPTIONS', cache: 'no-store' }],
  ])('%s %j', (expected, row) => {
    expect(verdictOf(row)).toBe(expected)
  })
})

describe('what a verdict tells', () => {
  const spans = (row: Row): unknown => {
    const { age, lifetime, staleFor } = judgement(row)
    return { age, lifetime, staleFor }
  }

  test('age, lifetime, and how long it has been stale', () => {
    expect(spans({ stored: cc('max-age=60'), age: SECOND })).toEqual({ age: SECOND, lifetime: MINUTE, staleFor: 0 })
    expect(spans({ stored: cc('max-age=60'), age: HOUR })).toEqual({ age: HOUR, lifetime: MINUTE, staleFor: HOUR - MINUTE })
    expect(spans({ stored: cc('max-age=60'), age: HOUR, cache: 'force-cache' })).toEqual({
      age: HOUR,
      lifetime: MINUTE,
      staleFor: HOUR - MINUTE,
    })
    expect(spans({ stored: cc('max-age=7200'), age: HOUR, invalidated: NOON + MINUTE })).toEqual({
      age: HOUR,
      lifetime: 2 * HOUR,
      staleFor: HOUR - MINUTE,
    })
    expect(spans({ stored: cc(''), age: HOUR, settings: { ttl: Number.POSITIVE_INFINITY } })).toEqual({
      age: HOUR,
      lifetime: Number.POSITIVE_INFINITY,
      staleFor: 0,
    })
    expect(spans({})).toEqual({ age: 0, lifetime: 0, staleFor: 0 })
  })
})
