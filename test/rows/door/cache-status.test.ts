import { describe, expect, test } from 'vitest'
import { type CallOptions, inspect } from '../../../src/index.ts'
import { counting, ok, type Step, status } from '../../helpers/origin/index.ts'
import { ownStatus } from './cache-status.ts'
import { bench, die, textOf } from './kit.ts'

const kept = { headers: { 'Cache-Control': 'max-age=60' }, etag: '"t"', conditional: true }

describe('Cache-Status and inspect tell how each answer came about', () => {
  interface Row {
    script: [Step, ...Step[]]
    /** Options of the second call; the first fills the store. */
    init?: RequestInit & { holdfast?: CallOptions }
    wait?: number
    dead?: true
    says: Record<string, unknown>
    outcome: Record<string, unknown>
  }
  const rows: [string, Row][] = [
    ['hit', { script: [ok('a', kept)], wait: 20_000, says: { hit: true, ttl: 40 }, outcome: { outcome: 'hit', attempts: [] } }],
    [
      'revalidated by 304',
      {
        script: [ok('a', kept)],
        wait: 61_000,
        says: { fwd: 'stale', 'fwd-status': 304 },
        outcome: { outcome: 'revalidated', attempts: [{ status: 304 }] },
      },
    ],
    [
      'revalidated by equal bytes',
      {
        script: [ok('a')],
        says: { fwd: 'stale', 'fwd-status': 200 },
        outcome: { outcome: 'revalidated', attempts: [{ status: 200 }] },
      },
    ],
    [
      'changed',
      {
        script: [counting(kept)],
        init: { cache: 'reload' },
        says: { fwd: 'request', 'fwd-status': 200, stored: true },
        outcome: { outcome: 'miss' },
      },
    ],
    [
      'fallback: the origin is dead',
      {
        script: [ok('a', kept)],
        wait: 75_000,
        dead: true,
        says: { fwd: 'stale', ttl: -15 },
        outcome: { outcome: 'fallback', staleFor: 15_000, error: { code: 'CONNECT' } },
      },
    ],
    [
      'fallback of a reload: the origin is dead',
      {
        script: [ok('a', kept)],
        wait: 75_000,
        dead: true,
        init: { cache: 'reload' },
        says: { fwd: 'request', ttl: -15 },
        outcome: { outcome: 'fallback', staleFor: 15_000, error: { code: 'CONNECT' } },
      },
    ],
    [
      'fallback: 503',
      {
        script: [ok('a', kept), status(503)],
        wait: 61_000,
        says: { fwd: 'stale', 'fwd-status': 503 },
        outcome: { outcome: 'fallback', attempts: [{ status: 503 }] },
      },
    ],
    [
      'stale while it is refreshed',
      {
        script: [ok('a', kept)],
        wait: 61_000,
        init: { holdfast: { staleWhileRevalidate: '1m' } },
        says: { hit: true, ttl: -1 },
        outcome: { outcome: 'stale', staleFor: 1000 },
      },
    ],
    [
      'no-store asked by the caller',
      {
        script: [ok('a', kept)],
        init: { cache: 'no-store' },
        says: { stored: false },
        outcome: { outcome: 'bypass', reason: 'no-store' },
      },
    ],
    [
      'a method that is not cached',
      {
        script: [ok('a', kept)],
        init: { method: 'POST' },
        says: { fwd: 'method', 'fwd-status': 200, stored: false },
        outcome: { outcome: 'bypass', reason: 'method' },
      },
    ],
    [
      'a range of what is stale: the whole is asked for, since it is stored',
      {
        script: [counting()],
        init: { headers: { Range: 'bytes=0-0' } },
        says: { fwd: 'stale', 'fwd-status': 200, stored: true },
        outcome: { outcome: 'miss' },
      },
    ],
    [
      'live',
      {
        script: [ok('a')],
        init: { holdfast: { delivery: 'live' } },
        says: { 'fwd-status': 200, stored: false },
        outcome: { outcome: 'bypass', reason: 'live' },
      },
    ],
    [
      'a forced hit of what is stale',
      {
        script: [ok('a', kept)],
        wait: 70_000,
        init: { cache: 'force-cache' },
        says: { hit: true, ttl: -10 },
        outcome: { outcome: 'hit' },
      },
    ],
    [
      'no-cache',
      {
        script: [ok('a', kept)],
        init: { cache: 'no-cache' },
        says: { fwd: 'request', 'fwd-status': 304 },
        outcome: { outcome: 'revalidated' },
      },
    ],
  ]
  test.each(rows)('%s', async (_, { script: [first, ...more], init, wait, dead, says, outcome }) => {
    await using b = await bench({ '/r': [first, ...more] })
    await textOf(b.fetch(b.origin.url('/r')))
    await b.clock.advance(wait ?? 0)
    if (dead) await die(b.origin)
    const response = await b.fetch(b.origin.url('/r'), init)
    expect(ownStatus(response)).toMatchObject(says)
    expect(inspect(response)).toMatchObject(outcome)
    await response.arrayBuffer()
    await b.fetch.idle()
  })
})
