import { describe, expect, test } from 'vitest'
import type { Init, Options } from '../../../src/index.ts'
import { byRequest, gate, inOrder, ok, type Step, status } from '../../helpers/origin/index.ts'
import { ownStatus } from '../door/cache-status.ts'
import { bench, die } from '../door/kit.ts'
import { ask, fill, numbered, withControl } from './given.ts'

const kept = withControl('a', 'max-age=60', { etag: '"a"', conditional: true, ranges: true })
const byV = byRequest((r) => withControl(`v${r.headers['x-v']}`, 'max-age=60', { headers: { Vary: 'X-V' } }))

interface Row {
  script?: [Step, ...Step[]]
  /** How the store is filled; `null`: not at all. */
  first?: Init | null
  wait?: number
  second?: Init
  options?: Options
  says: Record<string, unknown>
}

/** RFC 9211, section 2.2: the most specific reason that applies; 2.1 and 2.3 to 2.6 for the rest. */
const rows: [string, Row][] = [
  ['hit, with the freshness that is left', { wait: 20_000, says: { hit: true, ttl: 40 } }],
  ['a hit of what is stale, by force', { wait: 70_000, second: { cache: 'force-cache' }, says: { hit: true, ttl: -10 } }],
  [
    'a hit of what is stale, by max-stale',
    { wait: 70_000, second: { headers: { 'Cache-Control': 'max-stale' } }, says: { hit: true, ttl: -10 } },
  ],
  ['HEAD from GET', { second: { method: 'HEAD' }, says: { hit: true, ttl: 60 } }],
  ['a part', { second: { headers: { Range: 'bytes=0-0' } }, says: { hit: true, ttl: 60 } }],
  ['a 304 of ours', { second: { headers: { 'If-None-Match': '"a"' } }, says: { hit: true, ttl: 60 } }],
  ['nothing for the URL', { first: null, says: { fwd: 'uri-miss', 'fwd-status': 200, stored: true } }],
  [
    'no variant',
    { script: [byV], second: { headers: { 'X-V': '2' } }, says: { fwd: 'vary-miss', 'fwd-status': 200, stored: true } },
  ],
  [
    'Vary: *',
    { script: [withControl('a', 'max-age=60', { headers: { Vary: '*' } })], says: { fwd: 'vary-miss', 'fwd-status': 200 } },
  ],
  ['stale, 304', { wait: 70_000, says: { fwd: 'stale', 'fwd-status': 304 } }],
  [
    'stale, changed',
    {
      script: [kept, withControl('b', 'max-age=60')],
      wait: 70_000,
      says: { fwd: 'stale', 'fwd-status': 200, stored: true },
    },
  ],
  ['stale, 503', { script: [kept, status(503)], wait: 70_000, says: { fwd: 'stale', 'fwd-status': 503, ttl: -10 } }],
  [
    'stale, 404',
    {
      script: [kept, status(404, { 'Cache-Control': 'no-store' })],
      wait: 70_000,
      says: { fwd: 'stale', 'fwd-status': 404, stored: false },
    },
  ],
  ['fresh, no-cache', { second: { cache: 'no-cache' }, says: { fwd: 'request', 'fwd-status': 304 } }],
  ['fresh, reload', { second: { cache: 'reload' }, says: { fwd: 'request', 'fwd-status': 200 } }],
  [
    'fresh, max-age of the caller',
    { wait: 20_000, second: { headers: { 'Cache-Control': 'max-age=10' } }, says: { fwd: 'request', 'fwd-status': 304 } },
  ],
  [
    'fresh, min-fresh of the caller',
    { wait: 20_000, second: { headers: { 'Cache-Control': 'min-fresh=50' } }, says: { fwd: 'request', 'fwd-status': 304 } },
  ],
  ['a method', { second: { method: 'DELETE' }, says: { fwd: 'method', 'fwd-status': 200 } }],
  [
    'a method, nothing stored',
    { first: null, second: { method: 'POST' }, says: { fwd: 'method', 'fwd-status': 200, stored: false } },
  ],
  [
    'no-store of the answer',
    { script: [withControl('a', 'no-store')], first: null, says: { fwd: 'uri-miss', 'fwd-status': 200, stored: false } },
  ],
  [
    'an error, nothing stored',
    { script: [status(503)], first: null, says: { fwd: 'uri-miss', 'fwd-status': 503, stored: false } },
  ],
  [
    'an error, and what is stored is not to be fallen back to',
    {
      script: [kept, status(503)],
      wait: 70_000,
      options: { fallback: false },
      says: { fwd: 'stale', 'fwd-status': 503, stored: false },
    },
  ],
  [
    'an error to a caller who wanted it new',
    { script: [kept, status(503)], second: { cache: 'reload' }, options: { fallback: false }, says: { fwd: 'request' } },
  ],
  ['an error to no-store', { script: [status(503)], first: null, second: { cache: 'no-store' }, says: { fwd: 'bypass' } }],
  ['an error to a method', { script: [status(503)], first: null, second: { method: 'POST' }, says: { fwd: 'method' } }],
]

describe('Cache-Status says why (RFC 9211)', () => {
  test.each(rows)('%s', async (_, { script = [kept], first = {}, wait = 0, second = {}, options = {}, says }) => {
    await using b = await bench({ '/r': script }, options)
    if (first !== null) await fill(b, first)
    await b.clock.advance(wait)
    expect((await ask(b, second)).says).toMatchObject(says)
  })

  test('no-store of the caller: the cache stands aside', async () => {
    await using b = await bench({ '/r': kept })
    await fill(b)
    const { says } = await ask(b, { cache: 'no-store' })
    expect(['bypass', 'request']).toContain(says.fwd)
    expect(says).toMatchObject({ 'fwd-status': 200, stored: false })
  })

  test('no status came: no fwd-status, and a word on the failure', async () => {
    await using b = await bench({ '/r': kept })
    await fill(b)
    await b.clock.advance(70_000)
    await die(b.origin)
    const { says } = await ask(b)
    expect(says).toMatchObject({ fwd: 'stale', ttl: -10, detail: expect.any(String) })
    expect(says['fwd-status']).toBeUndefined()
  })

  test('collapsed: those that waited for another’s request', async () => {
    const waiting = gate(kept)
    await using b = await bench({ '/r': waiting })
    const calls = Array.from({ length: 3 }, () => b.fetch(b.origin.url('/r')))
    await waiting.arrived
    waiting.release()
    const said = (await Promise.all(calls)).map((response) => ownStatus(response))
    for (const one of said) expect(one).toMatchObject({ fwd: 'uri-miss', 'fwd-status': 200 })
    expect(said.filter(({ collapsed }) => collapsed === true)).toHaveLength(2)
    expect((await ask(b)).says.collapsed).toBeUndefined()
  })

  test('not collapsed after all: each variant has a request of its own', async () => {
    const waiting = gate(byV)
    await using b = await bench({ '/r': waiting })
    const calls = ['1', '2'].map((v) => b.fetch(b.origin.url('/r'), { headers: { 'X-V': v } }))
    await waiting.arrived
    waiting.release()
    const said = (await Promise.all(calls)).map((response) => ownStatus(response))
    expect(said.some(({ collapsed }) => collapsed === true)).toBe(false)
  })

  test('ttl of what has none is not above zero', async () => {
    await using b = await bench({ '/r': inOrder(ok('a'), ok('b')) })
    const { says } = await ask(b)
    expect(Number(says.ttl ?? 0)).toBeLessThanOrEqual(0)
  })

  test('stored is true only of what can be had again', async () => {
    for (const control of ['max-age=60', 'no-cache', 'max-age=0', 'no-store', 'private, max-age=60']) {
      await using b = await bench({ '/r': numbered({ headers: { 'Cache-Control': control } }) })
      const { says } = await ask(b)
      expect([control, says.stored === true]).toEqual([control, await b.fetch.cache.has(b.origin.url('/r'))])
    }
  })
})

describe('key (2.7)', () => {
  test('told, the same for the same entry, and without the secret', async () => {
    await using b = await bench({ '/r': kept })
    const key = async (init: Init = {}): Promise<unknown> => (await ask(b, init)).says.key
    const mine = { headers: { Authorization: 'canary-token' } }
    const [first, again, partitioned] = [await key(), await key(), await key(mine)]
    expect(first).toEqual(expect.any(String))
    expect(again).toBe(first)
    // Nothing that is made of a credential stands in a header, not even its digest.
    expect(partitioned).toBe(first)
  })
})
