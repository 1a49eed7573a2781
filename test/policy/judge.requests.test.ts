import { describe, expect, test } from 'vitest'
import { HOUR, httpDate, MINUTE, NOON, SECOND } from './given.ts'
import { cc, type Row, STANDARD, verdictOf } from './verdicts.ts'

describe('the request’s own directives (RFC 9111 5.2.1)', () => {
  const ask = (value: string, row: Row = {}): Row => ({ stored: cc('max-age=60'), ...row, asked: { 'cache-control': value } })
  test.each<[string, Row]>([
    ['revalidate: request no-cache', ask('no-cache')],
    ['revalidate: request no-cache', { stored: cc('max-age=60'), asked: { pragma: 'No-Cache' } }],
    ['fresh: fresh', { stored: cc('max-age=60'), asked: { pragma: 'other' } }],
    ['revalidate: expired', { stored: cc('max-age=60'), age: MINUTE + 1, asked: { pragma: 'other' } }],
    ['revalidate: request no-cache', { stored: cc('max-age=60'), asked: { pragma: ['other', 'no-cache'] } }],
    ['revalidate: request no-cache', { stored: cc('max-age=60'), asked: { pragma: ['no-cache', 'other'] } }],
    ['revalidate: request no-cache', { stored: cc('max-age=60'), asked: { 'cache-control': ['max-age=60', 'no-cache'] } }],
    ['revalidate: max-age', { stored: cc('max-age=60'), age: SECOND, asked: { 'cache-control': ['max-age=0', 'other'] } }],
    ['fresh: fresh', { stored: cc('max-age=60'), asked: { pragma: 'no-cache', 'cache-control': 'max-age=60' } }],
    ['bypass: request no-store', ask('no-store')],
    ['fresh: fresh', ask('max-age=10', { age: 10 * SECOND })],
    ['revalidate: max-age', ask('max-age=10', { age: 10 * SECOND + 1 })],
    ['revalidate: max-age', ask('max-age=x', { age: SECOND })],
    ['revalidate: expired', ask('max-age=100', { age: 70 * SECOND })],
    ['fresh: fresh', ask('min-fresh=10', { age: 50 * SECOND })],
    ['revalidate: min-fresh', ask('min-fresh=10', { age: 50 * SECOND + 1 })],
    ['fresh: max-stale', ask('max-stale', { age: HOUR })],
    ['fresh: max-stale', ask('max-stale=10', { age: 70 * SECOND })],
    ['revalidate: expired', ask('max-stale=10', { age: 70 * SECOND + 1 })],
    ['revalidate: expired', ask('max-stale=x', { age: MINUTE })],
    ['revalidate: expired', ask('max-stale=', { age: MINUTE })],
    ['revalidate: expired', ask('max-stale=""', { age: MINUTE })],
    ['revalidate: expired', ask('Max-Stale =, max-age=60', { age: MINUTE })],
    ['revalidate: expired', ask('max-stale=0', { age: MINUTE })],
    ['fresh: max-stale', ask('max-stale=10, max-age=70', { age: 70 * SECOND })],
    ['revalidate: expired', ask('max-stale=20, max-age=65', { age: 70 * SECOND })],
    ['revalidate: expired', ask('max-stale, no-cache', { age: HOUR })],
    ['revalidate: expired', ask('max-stale', { age: HOUR, stored: cc('max-age=60, must-revalidate') })],
    ['revalidate: no-cache', ask('max-stale', { age: HOUR, stored: cc('no-cache') })],
    ['revalidate: invalidated', ask('max-stale', { invalidated: NOON })],
    // RFC 8246: a reload does not ask after what is immutable; a forced one does.
    ['fresh: fresh', ask('max-age=0', { age: SECOND, stored: cc('max-age=60, immutable') })],
    ['revalidate: request no-cache', ask('no-cache', { stored: cc('max-age=60, immutable') })],
    ['revalidate: expired', ask('max-age=0', { age: HOUR, stored: cc('max-age=60, immutable') })],
    ['bypass: precondition', { stored: cc('max-age=60'), asked: { 'if-match': '"1"' } }],
    ['bypass: precondition', { stored: cc('max-age=60'), asked: { 'if-unmodified-since': httpDate(NOON) } }],
    ['fresh: fresh', { stored: cc('max-age=60'), asked: { 'if-none-match': '"1"', 'if-modified-since': httpDate(NOON) } }],
  ])('%s %j', (expected, row) => {
    expect(verdictOf(row)).toBe(expected)
    expect(verdictOf({ ...row, settings: STANDARD })).toBe(expected)
  })

  test('only-if-cached: any age when resilient, a fresh one when standard', () => {
    const stale = ask('only-if-cached', { age: HOUR })
    expect(verdictOf(stale)).toBe('fresh: only-if-cached')
    expect(verdictOf({ ...stale, settings: STANDARD })).toBe('miss: only-if-cached')
    expect(verdictOf({ ...ask('only-if-cached'), settings: STANDARD })).toBe('fresh: fresh')
    expect(verdictOf({ ...ask('only-if-cached, max-stale'), age: HOUR, settings: STANDARD })).toBe('fresh: max-stale')
    expect(verdictOf({ ...ask('only-if-cached', { stored: undefined }), settings: STANDARD })).toBe('miss: only-if-cached')
    expect(verdictOf(ask('only-if-cached', { stored: undefined }))).toBe('miss: only-if-cached')
    const swr = ask('only-if-cached', { stored: cc('max-age=60, stale-while-revalidate=7200'), age: HOUR })
    expect(verdictOf({ ...swr, settings: STANDARD })).toBe('miss: only-if-cached')
  })
})

describe('stale-while-revalidate (RFC 5861 3)', () => {
  const BEHIND = 'stale-while-revalidate: expired'
  const SWR = cc('max-age=60, stale-while-revalidate=60')
  test.each<[string, string, Row]>([
    [BEHIND, BEHIND, { stored: SWR, age: MINUTE }],
    [BEHIND, BEHIND, { stored: SWR, age: 2 * MINUTE - 1 }],
    ['revalidate: expired', 'revalidate: expired', { stored: SWR, age: 2 * MINUTE }],
    [BEHIND, BEHIND, { stored: { 'cache-control': 'max-age=60, stale-while-revalidate=60' }, age: MINUTE }],
    [BEHIND, BEHIND, { stored: cc('max-age=60'), age: MINUTE, settings: { staleWhileRevalidate: SECOND } }],
    [BEHIND, BEHIND, { stored: SWR, age: HOUR, settings: { staleWhileRevalidate: Number.POSITIVE_INFINITY } }],
    [BEHIND, BEHIND, { stored: cc('max-age=60'), settings: { ttl: 0, staleWhileRevalidate: SECOND } }],
    // The origin forbids stale answers: its own window is void, the user's counts under resilient.
    [
      'revalidate: expired',
      'revalidate: expired',
      { stored: cc('max-age=60, stale-while-revalidate=60, must-revalidate'), age: MINUTE },
    ],
    [
      BEHIND,
      'revalidate: expired',
      { stored: cc('max-age=60, must-revalidate'), age: MINUTE, settings: { staleWhileRevalidate: SECOND } },
    ],
    [
      'stale-while-revalidate: no-cache',
      'revalidate: no-cache',
      { stored: cc('max-age=60, no-cache'), settings: { staleWhileRevalidate: SECOND } },
    ],
    ['revalidate: no-cache', 'revalidate: no-cache', { stored: cc('max-age=60, no-cache, stale-while-revalidate=60') }],
    [BEHIND, BEHIND, { stored: cc('no-cache'), age: HOUR, settings: { ttl: HOUR, staleWhileRevalidate: SECOND } }],
    // Never for what was invalidated, varies by everything, or must not be stored.
    [
      'revalidate: invalidated',
      'revalidate: invalidated',
      { stored: SWR, invalidated: NOON, settings: { staleWhileRevalidate: HOUR } },
    ],
    ['revalidate: vary', 'revalidate: vary', { stored: { ...SWR, vary: '*' }, settings: { staleWhileRevalidate: HOUR } }],
    ['revalidate: no-store', 'revalidate: no-store', { stored: cc('no-store'), settings: { staleWhileRevalidate: HOUR } }],
    // Never for a request that wants something younger.
    ['revalidate: expired', 'revalidate: expired', { stored: SWR, age: MINUTE, cache: 'no-cache' }],
    ['revalidate: expired', 'revalidate: expired', { stored: SWR, age: MINUTE, asked: { 'cache-control': 'no-cache' } }],
    ['revalidate: expired', 'revalidate: expired', { stored: SWR, age: MINUTE, asked: { 'cache-control': 'max-age=59' } }],
    [BEHIND, BEHIND, { stored: SWR, age: MINUTE, asked: { 'cache-control': 'max-age=60' } }],
    ['revalidate: expired', 'revalidate: expired', { stored: SWR, age: MINUTE, asked: { 'cache-control': 'min-fresh=1' } }],
    ['revalidate: expired', 'revalidate: expired', { stored: SWR, age: MINUTE + 1, asked: { 'cache-control': 'min-fresh=0' } }],
    ['revalidate: max-age', 'revalidate: max-age', { stored: SWR, age: SECOND, asked: { 'cache-control': 'max-age=0' } }],
  ])('resilient %s, standard %s: %j', (resilient, standard, row) => {
    expect(verdictOf(row)).toBe(resilient)
    expect(verdictOf({ ...row, settings: { ...row.settings, ...STANDARD } })).toBe(standard)
  })
})
