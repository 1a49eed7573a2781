import { describe, expect, test } from 'vitest'
import type { Settings } from '../../src/model/settings.ts'
import { DEFAULT_FALLBACK } from '../../src/policy/precedence.ts'
import { mayServeStale, staleForOf } from '../../src/policy/staleness.ts'
import { type Fields, facts, HOUR, MINUTE, NOON, request, SECOND, settings } from './given.ts'

interface Row {
  stored: Fields
  age?: number
  invalidated?: number
  asked?: Fields
  settings?: Partial<Settings>
}

function verdict({ stored, age = HOUR, invalidated, asked = {}, settings: over = {} }: Row): string {
  const candidate = { facts: facts(stored), requestedAt: NOON, checkedAt: NOON, invalidatedAt: invalidated }
  return mayServeStale(candidate, { ...request(asked), settings: settings(over) }, NOON + age)
}

const cc = (value: string): Fields => ({ 'cache-control': value })

describe('may a stale version answer for an origin that failed?', () => {
  test.each<[string, string, Row]>([
    ['allowed', 'allowed', { stored: cc('max-age=60') }],
    ['allowed', 'allowed', { stored: cc('max-age=60, private') }],
    ['allowed', 'allowed', { stored: cc('max-age=60, proxy-revalidate, s-maxage=1') }],
    ['allowed', 'allowed', { stored: cc('max-age=60, no-cache="x"') }],
    // RFC 9111 4.2.4: prohibited by an explicit directive.
    ['allowed', 'forbidden', { stored: cc('max-age=60, must-revalidate') }],
    ['allowed', 'forbidden', { stored: cc('no-cache') }],
    ['allowed', 'forbidden', { stored: cc('no-cache, stale-if-error=86400') }],
    ['allowed', 'allowed', { stored: cc('no-cache'), settings: { ttl: MINUTE } }],
    ['allowed', 'forbidden', { stored: cc('must-revalidate'), settings: { ttl: MINUTE } }],
    ['allowed', 'forbidden', { stored: { ...cc('max-age=60'), vary: '*' } }],
    ['allowed', 'forbidden', { stored: cc('max-age=60'), invalidated: NOON }],
    ['allowed', 'forbidden', { stored: cc('max-age=60'), asked: { 'cache-control': 'no-cache' } }],
    ['allowed', 'forbidden', { stored: cc('max-age=60'), asked: { pragma: 'no-cache' } }],
    ['allowed', 'allowed', { stored: cc('max-age=60'), asked: { 'cache-control': 'max-age=1' } }],
    // fallback.maxStale
    [
      'allowed',
      'allowed',
      { stored: cc('max-age=60'), age: 2 * MINUTE, settings: { fallback: { ...DEFAULT_FALLBACK, maxStale: MINUTE } } },
    ],
    [
      'forbidden',
      'forbidden',
      { stored: cc('max-age=60'), age: 2 * MINUTE + 1, settings: { fallback: { ...DEFAULT_FALLBACK, maxStale: MINUTE } } },
    ],
    // No fallback is wanted: what the origin allows (RFC 5861 4).
    ['forbidden', 'forbidden', { stored: cc('max-age=60'), settings: { fallback: false } }],
    ['allowed', 'allowed', { stored: cc('max-age=60, stale-if-error=60'), age: 2 * MINUTE - 1, settings: { fallback: false } }],
    ['forbidden', 'forbidden', { stored: cc('max-age=60, stale-if-error=60'), age: 2 * MINUTE, settings: { fallback: false } }],
  ])('resilient %s, standard %s: %j', (resilient, standard, row) => {
    expect(verdict(row)).toBe(resilient)
    expect(verdict({ ...row, settings: { ...row.settings, respect: 'standard' } })).toBe(standard)
  })

  test.each([
    [SECOND, undefined, 0],
    [HOUR, undefined, HOUR - MINUTE],
    [SECOND, NOON, SECOND],
    [SECOND, NOON - 1, 0],
    [HOUR, NOON + 10 * SECOND, HOUR - 10 * SECOND],
    // Our clock was set back behind the invalidation.
    [SECOND, NOON + MINUTE, 0],
  ])('%i ms old, invalidated at %s: stale for %i ms', (age, invalidatedAt, staleFor) => {
    const candidate = { facts: facts(cc('max-age=60')), requestedAt: NOON, checkedAt: NOON, invalidatedAt }
    expect(staleForOf(candidate, settings(), NOON + age)).toBe(staleFor)
  })
})
