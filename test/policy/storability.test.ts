import { describe, expect, test } from 'vitest'
import type { Settings } from '../../src/model/settings.ts'
import { type Storability, storability } from '../../src/policy/storability.ts'
import { type Fields, facts, HOUR, httpDate, MINUTE, NOON, request, settings } from './given.ts'

const FRESH: Fields = { 'cache-control': 'max-age=60' }
const STANDARD = { respect: 'standard' } as const

function outcome(verdict: Storability): string {
  return verdict.store ? `stored${verdict.answers === undefined ? '' : ` for ${verdict.answers}`}` : verdict.reason
}

interface Row {
  asked?: Fields
  method?: string
  fields?: Fields
  status?: number
  settings?: Partial<Settings>
}

function judgement(row: Row): string {
  const { asked = {}, method = 'GET', fields = {}, status = 200 } = row
  return outcome(storability(request(asked, { method }), facts(fields, { status }), settings(row.settings)))
}

describe('what may be stored (RFC 9111 3)', () => {
  test.each<[string, string, Row]>([
    ['a plain 200', 'stored', {}],
    ['private, in a private cache', 'stored', { fields: { 'cache-control': 'private, max-age=60' } }],
    ['an answer to credentials', 'stored', { asked: { authorization: 'Bearer 1' }, fields: FRESH }],
    ['no-cache', 'stored', { fields: { 'cache-control': 'no-cache' } }],
    ['no-cache, but max-age=0 too', 'stored', { fields: { 'cache-control': 'no-cache, max-age=0, must-revalidate' } }],
    ['no-store', 'no-store', { fields: { 'cache-control': 'no-store' } }],
    [
      'no-store beside max-age',
      'no-store',
      { fields: { 'cache-control': 'max-age=60, No-Store', expires: httpDate(NOON + HOUR) } },
    ],
    ['a request with no-store (5.2.1.5)', 'no-store', { asked: { 'cache-control': 'no-store' }, fields: FRESH }],
    [
      'a request with no-store, whatever ttl says',
      'no-store',
      { asked: { 'cache-control': 'no-store' }, settings: { ttl: HOUR, ttlIsSpecific: true } },
    ],
    [
      'no-store with a ttl of the call',
      'stored',
      { fields: { 'cache-control': 'no-store' }, settings: { ttl: HOUR, ttlIsSpecific: true } },
    ],
    ['no-store with a ttl of the instance', 'no-store', { fields: { 'cache-control': 'no-store' }, settings: { ttl: HOUR } }],
    [
      'no-store with a ttl that does not cover the status',
      'no-store',
      { fields: { 'cache-control': 'no-store' }, status: 302, settings: { ttl: HOUR, ttlIsSpecific: true } },
    ],
    [
      'must-understand with a status that we know (5.2.2.3)',
      'stored',
      { fields: { 'cache-control': 'max-age=60, must-understand, no-store' } },
    ],
    [
      'must-understand with one that we do not',
      'no-store',
      { fields: { 'cache-control': 'max-age=60, must-understand' }, status: 299 },
    ],
    ['206', 'range', { fields: FRESH, status: 206 }],
    ['a whole although a part was asked for', 'stored', { asked: { range: 'bytes=0-1' }, fields: FRESH }],
    ['304', 'status', { fields: FRESH, status: 304 }],
    ['an interim status', 'status', { fields: FRESH, status: 103 }],
    ['Vary: *', 'stored', { fields: { ...FRESH, vary: '*' } }],
    ['a hundred selecting headers', 'stored', { fields: { vary: Array.from({ length: 100 }, (_, n) => `x-${n}`) } }],
    ['ten thousand selecting headers', 'vary', { fields: { vary: Array.from({ length: 10_000 }, (_, n) => `x-${n}`) } }],
  ])('%s: %s', (_, expected, row) => {
    expect(judgement(row)).toBe(expected)
    expect(judgement({ ...row, settings: { ...row.settings, ...STANDARD } })).toBe(expected)
  })

  test.each<[string, string, Row]>([
    ['HEAD', 'method', { method: 'HEAD', fields: FRESH }],
    ['PUT', 'method', { method: 'PUT', fields: FRESH }],
    ['POST', 'method', { method: 'POST', fields: FRESH }],
    ['PUT that is called safe', 'method', { method: 'PUT', fields: FRESH, settings: { safe: true } }],
    ['a safe POST with explicit freshness', 'stored', { method: 'POST', fields: FRESH, settings: { safe: true } }],
    ['a safe QUERY with explicit freshness', 'stored', { method: 'QUERY', fields: FRESH, settings: { safe: true } }],
    ['a safe POST with a ttl', 'stored', { method: 'POST', settings: { safe: true, ttl: HOUR } }],
    ['a safe POST without either', 'method', { method: 'POST', fields: { etag: '"1"' }, settings: { safe: true } }],
    [
      'a POST that stands for a GET',
      'stored for GET',
      { method: 'POST', fields: { ...FRESH, 'content-location': '/data' }, settings: STANDARD },
    ],
    ['… only under standard', 'method', { method: 'POST', fields: { ...FRESH, 'content-location': '/data' } }],
    [
      '… only of its own URL',
      'method',
      { method: 'POST', fields: { ...FRESH, 'content-location': '/other' }, settings: STANDARD },
    ],
    ['… only with explicit freshness', 'method', { method: 'POST', fields: { 'content-location': '/data' }, settings: STANDARD }],
    [
      '… only when it succeeded',
      'method',
      { method: 'POST', fields: { ...FRESH, 'content-location': '/data' }, status: 404, settings: STANDARD },
    ],
    [
      '… and a choice is no success',
      'method',
      { method: 'POST', fields: { ...FRESH, 'content-location': '/data' }, status: 300, settings: STANDARD },
    ],
    [
      '… and not what is no URL',
      'method',
      { method: 'POST', fields: { ...FRESH, 'content-location': 'http://[' }, settings: STANDARD },
    ],
    [
      'PUT with Content-Location',
      'method',
      { method: 'PUT', fields: { ...FRESH, 'content-location': '/data' }, settings: STANDARD },
    ],
  ])('%s: %s', (_, expected, row) => {
    expect(judgement(row)).toBe(expected)
  })

  const EXPLICIT = { fields: FRESH }
  const STALE_AT_ONCE = { fields: { 'cache-control': 'max-age=0', etag: '"1"' } }
  test.each<[number, { silent: string; explicit: string; staleAtOnce: string; ttl: string }]>([
    [200, { silent: 'stored', explicit: 'stored', staleAtOnce: 'stored', ttl: 'stored' }],
    [201, { silent: 'status', explicit: 'stored', staleAtOnce: 'stored', ttl: 'stored' }],
    [299, { silent: 'status', explicit: 'stored', staleAtOnce: 'stored', ttl: 'stored' }],
    [301, { silent: 'stored', explicit: 'stored', staleAtOnce: 'stored', ttl: 'stored' }],
    [302, { silent: 'status', explicit: 'stored', staleAtOnce: 'stored', ttl: 'status' }],
    [308, { silent: 'stored', explicit: 'stored', staleAtOnce: 'stored', ttl: 'stored' }],
    [400, { silent: 'status', explicit: 'stored', staleAtOnce: 'status', ttl: 'status' }],
    [404, { silent: 'status', explicit: 'stored', staleAtOnce: 'status', ttl: 'stored' }],
    [410, { silent: 'status', explicit: 'stored', staleAtOnce: 'status', ttl: 'stored' }],
    [429, { silent: 'status', explicit: 'status', staleAtOnce: 'status', ttl: 'status' }],
    [500, { silent: 'status', explicit: 'status', staleAtOnce: 'status', ttl: 'status' }],
    [501, { silent: 'status', explicit: 'status', staleAtOnce: 'status', ttl: 'status' }],
    [503, { silent: 'status', explicit: 'status', staleAtOnce: 'status', ttl: 'status' }],
  ])('resilient: %i', (status, expected) => {
    expect(judgement({ status })).toBe(expected.silent)
    expect(judgement({ status, ...EXPLICIT })).toBe(expected.explicit)
    expect(judgement({ status, ...STALE_AT_ONCE })).toBe(expected.staleAtOnce)
    expect(judgement({ status, settings: { ttl: MINUTE } })).toBe(expected.ttl)
  })

  test.each([[201], [302], [400], [429], [500], [503], [599]])(
    'standard: %i with explicit freshness, or marked, only',
    (status) => {
      expect(judgement({ status, settings: STANDARD })).toBe('status')
      expect(judgement({ status, ...EXPLICIT, settings: STANDARD })).toBe('stored')
      expect(judgement({ status, ...STALE_AT_ONCE, settings: STANDARD })).toBe('stored')
      expect(judgement({ status, fields: { 'cache-control': 'public' }, settings: STANDARD })).toBe('stored')
      expect(judgement({ status, fields: { 'cache-control': 'private' }, settings: STANDARD })).toBe('stored')
    },
  )

  test.each([[404], [405], [410], [414], [501]])('standard: %i without a word', (status) => {
    expect(judgement({ status, settings: STANDARD })).toBe('stored')
  })

  test('resilient: what the user calls an outage is never stored as an answer', () => {
    const { fallback, retry } = settings()
    if (fallback === false) throw new Error('the default is to fall back')
    expect(judgement({ status: 404, ...EXPLICIT, settings: { fallback: { ...fallback, on: [404] } } })).toBe('status')
    expect(judgement({ status: 404, ...EXPLICIT, settings: { fallback: { ...fallback, on: ['4xx'] } } })).toBe('status')
    expect(judgement({ status: 404, ...EXPLICIT, settings: { retry: { ...retry, statusCodes: [404] } } })).toBe('status')
    expect(judgement({ status: 404, ...EXPLICIT, settings: { fallback: false } })).toBe('stored')
    expect(judgement({ status: 500, ...EXPLICIT, settings: { fallback: false, retry: { ...retry, statusCodes: [] } } })).toBe(
      'status',
    )
  })
})
