import { describe, expect, test } from 'vitest'
import { HoldfastError, inspect } from '../../../src/index.ts'
import { counting, inOrder, ok, status } from '../../helpers/origin/index.ts'
import { type Bench, bench, die, failureOf, textOf } from './kit.ts'

type Mode = NonNullable<RequestInit['cache']>

/** B69: the six modes of the Fetch standard (its section "HTTP-network-or-cache fetch"), against a fresh, a stale and no entry. */
const fresh = counting({ headers: { 'Cache-Control': 'max-age=60' }, etag: '"t"' })

async function stocked(): Promise<Bench & { url: string; get(cache?: Mode): Promise<string> }> {
  const b = await bench({ '/r': fresh })
  const url = b.origin.url('/r')
  const get = (cache: Mode = 'default'): Promise<string> => textOf(b.fetch(url, { cache }))
  expect(await get()).toBe('1')
  return Object.assign(b, { url, get })
}

describe('init.cache with a fresh answer stored', () => {
  const rows: [Mode, { gets: string; later: string; hits: number }][] = [
    ['default', { gets: '1', later: '1', hits: 1 }],
    ['no-store', { gets: '2', later: '1', hits: 2 }],
    ['reload', { gets: '2', later: '2', hits: 2 }],
    ['no-cache', { gets: '2', later: '2', hits: 2 }],
    ['force-cache', { gets: '1', later: '1', hits: 1 }],
    ['only-if-cached', { gets: '1', later: '1', hits: 1 }],
  ]
  test.each(rows)('%s', async (mode, { gets, later, hits }) => {
    await using b = await stocked()
    expect(await b.get(mode)).toBe(gets)
    expect(await b.get()).toBe(later)
    expect(b.origin.hits('/r')).toBe(hits)
  })
})

describe('init.cache with a stale answer stored', () => {
  const rows: [Mode, { gets: string; hits: number; conditional: boolean }][] = [
    ['default', { gets: '2', hits: 2, conditional: true }],
    ['no-store', { gets: '2', hits: 2, conditional: false }],
    ['reload', { gets: '2', hits: 2, conditional: false }],
    ['no-cache', { gets: '2', hits: 2, conditional: true }],
    ['force-cache', { gets: '1', hits: 1, conditional: false }],
    ['only-if-cached', { gets: '1', hits: 1, conditional: false }],
  ]
  test.each(rows)('%s', async (mode, { gets, hits, conditional }) => {
    await using b = await stocked()
    await b.clock.advance(61_000)
    expect(await b.get(mode)).toBe(gets)
    expect(b.origin.requests('/r')).toHaveLength(hits)
    expect(b.origin.requests('/r')[1]?.headers['if-none-match']).toBe(conditional ? '"t"' : undefined)
  })
})

describe('init.cache with nothing stored', () => {
  const rows: [Mode, { hits: number }][] = [
    ['default', { hits: 1 }],
    ['no-store', { hits: 2 }],
    ['reload', { hits: 1 }],
    ['no-cache', { hits: 1 }],
    ['force-cache', { hits: 1 }],
  ]
  test.each(rows)('%s fetches; only no-store stores nothing', async (mode, { hits }) => {
    await using b = await bench({ '/r': fresh })
    expect(await textOf(b.fetch(b.origin.url('/r'), { cache: mode }))).toBe('1')
    expect(await b.fetch.cache.has(b.origin.url('/r'))).toBe(mode !== 'no-store')
    await textOf(b.fetch(b.origin.url('/r')))
    expect(b.origin.hits('/r')).toBe(hits)
  })

  test('only-if-cached is a network error: NOT_CACHED, a TypeError, nothing asked', async () => {
    await using b = await bench({ '/r': fresh })
    const error = await failureOf(b.fetch(b.origin.url('/r'), { cache: 'only-if-cached' }))
    expect(error).toBeInstanceOf(HoldfastError)
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ code: 'NOT_CACHED', method: 'GET', url: b.origin.url('/r'), attempts: [] })
    expect(b.origin.hits()).toBe(0)
  })

  test('only-if-cached with a Request as input, and with mode same-origin', async () => {
    await using b = await bench({ '/r': fresh })
    const request = new Request(b.origin.url('/r'))
    expect((await failureOf(b.fetch(request, { cache: 'only-if-cached' }))).code).toBe('NOT_CACHED')
    await textOf(b.fetch(request))
    expect(await textOf(b.fetch(request, { cache: 'only-if-cached' }))).toBe('1')
    const modern = new Request(b.origin.url('/r'), { mode: 'same-origin', cache: 'only-if-cached' })
    expect(await textOf(b.fetch(modern))).toBe('1')
    expect((await failureOf(b.fetch(new Request(modern, { headers: { 'X-API-Key': 'k' } })))).code).toBe('NOT_CACHED')
    expect(b.origin.hits()).toBe(1)
  })

  test('only-if-cached on a method that is never cached', async () => {
    await using b = await bench({ '/r': fresh })
    expect((await failureOf(b.fetch(b.origin.url('/r'), { method: 'POST', cache: 'only-if-cached' }))).code).toBe('NOT_CACHED')
    expect(b.origin.hits()).toBe(0)
  })
})

describe('what the modes say on the wire and of themselves', () => {
  test('reload, no-store and no-cache tell caches on the way; default does not', async () => {
    await using b = await bench({ '/r': fresh })
    for (const cache of ['default', 'no-cache', 'reload', 'no-store'] as const)
      await textOf(b.fetch(b.origin.url('/r'), { cache }))
    const said = b.origin.requests('/r').map(({ headers }) => [headers['cache-control'], headers.pragma])
    // Fetch standard: no-cache sets max-age=0; no-store and reload set Pragma: no-cache and Cache-Control: no-cache.
    expect(said).toEqual([
      [undefined, undefined],
      ['max-age=0', undefined],
      ['no-cache', 'no-cache'],
      ['no-cache', 'no-cache'],
    ])
  })

  test('the mode in a Request counts, and the one in init goes before it', async () => {
    await using b = await stocked()
    expect(await textOf(b.fetch(new Request(b.url, { cache: 'reload' })))).toBe('2')
    expect(await textOf(b.fetch(new Request(b.url, { cache: 'reload' }), { cache: 'force-cache' }))).toBe('2')
    expect(b.origin.hits('/r')).toBe(2)
  })

  test('a conditional header of the caller makes "default" a no-store, as in fetch', async () => {
    await using b = await bench({ '/r': inOrder(ok('one', { etag: '"a"' }), ok('one', { etag: '"a"', conditional: true })) })
    await textOf(b.fetch(b.origin.url('/r')))
    const response = await b.fetch(b.origin.url('/r'), { headers: { 'If-None-Match': '"a"' } })
    expect([response.status, response.body, await response.text()]).toEqual([304, null, ''])
    expect(b.origin.requests('/r')[1]?.headers['if-none-match']).toBe('"a"')
  })

  test('no-store neither reads nor changes what is stored', async () => {
    await using b = await stocked()
    const response = await b.fetch(b.url, { cache: 'no-store' })
    expect(await response.text()).toBe('2')
    expect(inspect(response)).toMatchObject({ outcome: 'bypass', reason: 'no-store' })
    expect(await b.get('only-if-cached')).toBe('1')
  })

  test.each(['reload', 'no-cache'] as const)(
    '%s falls back when the origin is gone, and passes by the cool-down',
    async (mode) => {
      await using b = await stocked()
      await die(b.origin)
      const response = await b.fetch(b.url, { cache: mode })
      expect([await response.text(), inspect(response)?.outcome]).toEqual(['1', 'fallback'])
      await b.origin.resume()
      expect(await b.get(mode)).toBe('2')
    },
  )

  test('no-store does not fall back: it must not read the store', async () => {
    await using b = await stocked()
    await die(b.origin)
    expect((await failureOf(b.fetch(b.url, { cache: 'no-store' }))).code).toBe('CONNECT')
  })

  test('a 503 under reload with a version stored gives the version; under no-store the 503', async () => {
    await using b = await bench({ '/r': inOrder(ok('good'), status(503)) })
    await textOf(b.fetch(b.origin.url('/r')))
    expect(await textOf(b.fetch(b.origin.url('/r'), { cache: 'reload' }))).toBe('good')
    expect((await b.fetch(b.origin.url('/r'), { cache: 'no-store' })).status).toBe(503)
  })
})
