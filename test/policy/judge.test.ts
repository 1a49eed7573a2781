import { describe, expect, test } from 'vitest'
import type { CacheMode, Settings } from '../../src/model/settings.ts'
import { judge } from '../../src/policy/judge.ts'
import type { Candidate } from '../../src/policy/staleness.ts'
import { type Fields, facts, HOUR, httpDate, judged, MINUTE, NOON, SECOND } from './given.ts'

interface Row {
  /** Of the stored response; undefined: nothing is stored. */
  stored?: Fields | undefined
  status?: number
  /** Milliseconds since it was checked. */
  age?: number
  invalidated?: number
  asked?: Fields
  method?: string
  cache?: CacheMode
  settings?: Partial<Settings>
}

const TAGGED = { etag: '"1"' }
const STANDARD = { respect: 'standard' } as const

function candidateOf({ stored, status = 200, invalidated }: Row): Candidate | undefined {
  return stored && { facts: facts(stored, { status }), requestedAt: NOON, checkedAt: NOON, invalidatedAt: invalidated }
}

function verdictOf(row: Row): string {
  const { name, reason } = judge(
    candidateOf(row),
    judged({ fields: row.asked ?? {}, method: row.method ?? 'GET', cache: row.cache ?? 'default', settings: row.settings ?? {} }),
    NOON + (row.age ?? 0),
  )
  return `${name}: ${reason}`
}

const cc = (value: string, more: Fields = TAGGED): Fields => ({ 'cache-control': value, ...more })

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

describe('init.cache decides (Fetch standard)', () => {
  const stored = cc('max-age=60')
  test.each<[CacheMode, string, string, string]>([
    // fresh, stale, absent
    ['default', 'fresh: fresh', 'revalidate: expired', 'miss: absent'],
    ['no-store', 'bypass: no-store', 'bypass: no-store', 'bypass: no-store'],
    ['reload', 'miss: reload', 'miss: reload', 'miss: absent'],
    ['no-cache', 'revalidate: request no-cache', 'revalidate: expired', 'miss: absent'],
    ['force-cache', 'fresh: force-cache', 'fresh: force-cache', 'miss: absent'],
    ['only-if-cached', 'fresh: only-if-cached', 'fresh: only-if-cached', 'miss: only-if-cached'],
  ])('%s', (cache, whenFresh, whenStale, whenAbsent) => {
    expect(verdictOf({ cache, stored })).toBe(whenFresh)
    expect(verdictOf({ cache, stored, age: HOUR })).toBe(whenStale)
    expect(verdictOf({ cache })).toBe(whenAbsent)
    // The mode overrules what headers ask, immutable, and the instance's own mode.
    expect(
      verdictOf({ cache: cache === 'default' ? 'force-cache' : cache, stored, asked: { 'cache-control': 'no-cache, no-store' } }),
    ).toBe(cache === 'default' ? 'fresh: force-cache' : whenFresh)
    expect(verdictOf({ cache, stored: cc('max-age=60, immutable') })).toBe(whenFresh)
    const preferring = verdictOf({ cache, stored, settings: { mode: 'prefer-offline' } })
    expect(preferring).toBe(cache === 'default' ? 'fresh: prefer-offline' : whenFresh)
  })

  test.each<CacheMode>(['force-cache', 'only-if-cached'])('%s takes what must be validated', (cache) => {
    for (const fields of [cc('no-cache'), cc('no-store'), { ...cc('max-age=60'), vary: '*' }]) {
      expect(verdictOf({ cache, stored: fields })).toBe(`fresh: ${cache}`)
    }
    expect(verdictOf({ cache, stored: cc('max-age=60'), invalidated: NOON })).toBe(`fresh: ${cache}`)
  })

  test('under standard, an answer that varies by everything matches no request (RFC 9111 4.1)', () => {
    const row = { stored: { ...cc('max-age=60'), vary: '*' }, settings: STANDARD }
    expect(verdictOf({ ...row, cache: 'force-cache' })).toBe('miss: absent')
    expect(verdictOf({ ...row, cache: 'only-if-cached' })).toBe('miss: only-if-cached')
    expect(verdictOf({ ...row, settings: { ...STANDARD, mode: 'offline' } })).toBe('miss: offline')
  })
})

describe('the user’s mode decides', () => {
  test.each<[string, Row]>([
    ['fresh: offline', { stored: cc('max-age=60'), age: HOUR }],
    ['miss: offline', {}],
    ['fresh: offline', { stored: cc('no-cache'), asked: { 'cache-control': 'no-cache' } }],
    ['fresh: offline', { stored: cc('max-age=60'), cache: 'no-store' }],
    ['fresh: offline', { stored: cc('max-age=60'), cache: 'reload' }],
    ['fresh: offline', { stored: cc('max-age=60'), cache: 'no-cache' }],
    ['miss: offline', { method: 'POST' }],
    ['fresh: offline', { stored: cc('max-age=60'), asked: { 'if-match': '"1"' } }],
  ])('offline, %s %j', (expected, row) => {
    expect(verdictOf({ ...row, settings: { mode: 'offline' } })).toBe(expected)
  })

  test.each<[string, Row]>([
    ['fresh: prefer-offline', { stored: cc('max-age=60'), age: HOUR }],
    ['miss: absent', {}],
    ['revalidate: expired', { stored: cc('max-age=60'), age: HOUR, asked: { 'cache-control': 'no-cache' } }],
  ])('prefer-offline, %s %j', (expected, row) => {
    expect(verdictOf({ ...row, settings: { mode: 'prefer-offline' } })).toBe(expected)
  })
})

describe('the request’s own directives (RFC 9111 5.2.1)', () => {
  const ask = (value: string, row: Row = {}): Row => ({ stored: cc('max-age=60'), ...row, asked: { 'cache-control': value } })
  test.each<[string, Row]>([
    ['revalidate: request no-cache', ask('no-cache')],
    ['revalidate: request no-cache', { stored: cc('max-age=60'), asked: { pragma: 'No-Cache' } }],
    ['fresh: fresh', { stored: cc('max-age=60'), asked: { pragma: 'other' } }],
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
    const { age, lifetime, staleFor } = judge(
      candidateOf(row),
      judged({ fields: row.asked ?? {}, cache: row.cache ?? 'default', settings: row.settings ?? {} }),
      NOON + (row.age ?? 0),
    )
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
