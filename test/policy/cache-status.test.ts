import { describe, expect, test } from 'vitest'
import type { CacheStatusFacts, Forward } from '../../src/model/cache-status.ts'
import { cacheStatus, forwardFor } from '../../src/policy/cache-status.ts'
import type { Verdict, VerdictReason } from '../../src/policy/judge.ts'

describe('Cache-Status (RFC 9211)', () => {
  test.each<[string, CacheStatusFacts]>([
    ['holdfast; hit', { name: 'hit' }],
    ['holdfast; hit; ttl=59', { name: 'hit', ttl: 59_999 }],
    ['holdfast; hit; ttl=0', { name: 'hit', ttl: 0 }],
    ['holdfast; hit; ttl=-1', { name: 'hit', ttl: -1 }],
    ['holdfast; hit', { name: 'hit', ttl: Number.POSITIVE_INFINITY }],
    ['holdfast; hit; ttl=999999999999999', { name: 'hit', ttl: 1e300 }],
    ['holdfast; hit; ttl=-999999999999999', { name: 'hit', ttl: -1e300 }],
    ['holdfast; fwd=uri-miss', { name: 'forwarded', forward: 'uri-miss' }],
    [
      'holdfast; fwd=stale; fwd-status=304; ttl=60; stored; collapsed; key="a b"; detail=fine',
      {
        name: 'forwarded',
        forward: 'stale',
        status: 304,
        ttl: 60_000,
        stored: true,
        collapsed: true,
        key: 'a b',
        detail: 'fine',
      },
    ],
    [
      'holdfast; fwd=bypass; stored=?0; collapsed=?0; detail="too large"',
      { name: 'forwarded', forward: 'bypass', stored: false, collapsed: false, detail: 'too large' },
    ],
    ['holdfast; hit; key="\\"\\\\"', { name: 'hit', key: '"\\' }],
    ['holdfast; hit; key="?a?"', { name: 'hit', key: 'üa\n' }],
    ['holdfast; hit; detail="1st"', { name: 'hit', detail: '1st' }],
    ['holdfast; hit; detail=no-store/x:y', { name: 'hit', detail: 'no-store/x:y' }],
    ['holdfast; hit; detail=""', { name: 'hit', detail: '' }],
  ])('%s', (field, facts) => {
    expect(cacheStatus(facts)).toBe(field)
  })

  test.each([
    ['ExampleCache; hit; ttl=5', 'ExampleCache; hit; ttl=5, holdfast; hit'],
    [' A; hit, B; fwd=miss ', 'A; hit, B; fwd=miss, holdfast; hit'],
    ['A; key="a, \\"b"', 'A; key="a, \\"b", holdfast; hit'],
    // What cannot be a list would take our member with it.
    ['A; key="', 'holdfast; hit'],
    ['A; key="\\"', 'holdfast; hit'],
    ['', 'holdfast; hit'],
    [' ', 'holdfast; hit'],
  ])('after a cache on the way that said %s', (upstream, field) => {
    expect(cacheStatus({ name: 'hit' }, upstream)).toBe(field)
  })

  test.each<[Verdict['name'], VerdictReason, Forward]>([
    ['miss', 'absent', 'vary-miss'],
    ['miss', 'reload', 'request'],
    ['stale', 'expired', 'stale'],
    ['revalidate', 'no-cache', 'stale'],
    ['revalidate', 'no-store', 'stale'],
    ['revalidate', 'invalidated', 'stale'],
    ['revalidate', 'vary', 'vary-miss'],
    ['revalidate', 'request no-cache', 'request'],
    ['revalidate', 'max-age', 'request'],
    ['revalidate', 'min-fresh', 'request'],
    ['bypass', 'method', 'method'],
    ['bypass', 'no-store', 'bypass'],
    ['bypass', 'precondition', 'bypass'],
    ['bypass', 'request no-store', 'request'],
  ])('after the verdict %s, %s: fwd=%s', (name, reason, forward) => {
    expect(forwardFor({ name, reason, age: 0, lifetime: 0, staleFor: 0 }, 'vary-miss')).toBe(forward)
  })
})
