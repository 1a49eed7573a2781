import { describe, expect, test } from 'vitest'
import type { CacheMode } from '../../src/model/settings.ts'
import { HOUR, NOON } from './given.ts'
import { cc, type Row, STANDARD, verdictOf } from './verdicts.ts'

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
    // The mode overrules what headers ask, and the instance's own mode.
    expect(
      verdictOf({ cache: cache === 'default' ? 'force-cache' : cache, stored, asked: { 'cache-control': 'no-cache, no-store' } }),
    ).toBe(cache === 'default' ? 'fresh: force-cache' : whenFresh)
    // RFC 8246 2: only what a reload asks is spared, and of these `no-cache` is the one that sends max-age=0.
    const immutable = cache === 'no-cache' ? 'fresh: fresh' : whenFresh
    expect(verdictOf({ cache, stored: cc('max-age=60, immutable') })).toBe(immutable)
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
