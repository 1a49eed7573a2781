import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { inspect } from '../../../src/index.ts'
import { counting, inOrder, ok, status } from '../../helpers/origin/index.ts'
import { folder } from '../stores/given.ts'
import { bench, die, failureOf, outcomeOf, record, textOf } from './kit.ts'

const kept = { headers: { 'Cache-Control': 'max-age=60' } }
const fresh = { headers: { 'Cache-Control': 'max-age=60', 'Content-Type': 'text/x' } }

describe('put()', () => {
  test('seeds an entry: served while fresh, asked when stale, and told as a version', async () => {
    await using b = await bench({ '/r': counting(kept) })
    const url = b.origin.url('/r')
    const version = await b.fetch.put(url, new Response('seed', fresh))
    expect(version).toMatchObject({ size: 4, status: 200, url, storedAt: new Date(b.clock.now()), labels: [], pinned: false })
    const response = await b.fetch(url)
    expect([await response.text(), response.url, response.headers.get('content-type'), response.status]).toEqual([
      'seed',
      url,
      'text/x',
      200,
    ])
    expect(inspect(response)).toMatchObject({ outcome: 'hit', version: { id: version.id } })
    await b.clock.advance(61_000)
    expect(await textOf(b.fetch(url))).toBe('1')
    expect(b.origin.hits('/r')).toBe(1)
  })

  test('a seed without freshness is for the day when the origin is gone', async () => {
    await using b = await bench({ '/r': counting() })
    await b.fetch.put(b.origin.url('/r'), new Response('seed'))
    await die(b.origin)
    const response = await b.fetch(b.origin.url('/r'))
    expect([await response.text(), inspect(response)?.outcome]).toEqual(['seed', 'fallback'])
  })

  test('storedAt in the past: the age starts there', async () => {
    await using b = await bench({ '/r': counting(kept) })
    const storedAt = new Date(b.clock.now() - 30_000)
    const version = await b.fetch.put(b.origin.url('/r'), new Response('seed', fresh), { storedAt })
    expect(version.storedAt).toEqual(storedAt)
    const response = await b.fetch(b.origin.url('/r'))
    expect([await response.text(), response.headers.get('age')]).toEqual(['seed', '30'])
    await b.clock.advance(31_000)
    expect(await textOf(b.fetch(b.origin.url('/r')))).toBe('1')
  })

  test('a second put is a second version; the same bytes are the same one', async () => {
    await using b = await bench()
    const url = b.origin.url('/r')
    const one = await b.fetch.put(url, new Response('a', fresh))
    const same = await b.fetch.put(url, new Response('a', fresh))
    const two = await b.fetch.put(url, new Response('b', fresh))
    expect(same.id).toBe(one.id)
    expect(two.id).not.toBe(one.id)
    expect(two.previous).toBe(one.id)
    expect(await textOf(b.fetch(url))).toBe('b')
  })

  test('labels are kept with the version', async () => {
    await using b = await bench()
    expect((await b.fetch.put(b.origin.url('/r'), new Response('a', fresh), { labels: ['valid'] })).labels).toEqual(['valid'])
    expect(inspect(await b.fetch(b.origin.url('/r')))).toMatchObject({ version: { labels: ['valid'] } })
  })

  test('a Request names its partition and variant', async () => {
    await using b = await bench({ '/r': counting(kept) })
    const mine = new Request(b.origin.url('/r'), { headers: { Cookie: 'mine' } })
    await b.fetch.put(mine, new Response('seed', fresh))
    expect(await textOf(b.fetch(b.origin.url('/r')))).toBe('1')
    expect(await textOf(b.fetch(mine))).toBe('seed')
  })

  test('a 404 can be seeded; a body that was read, or a response of another kind, is refused', async () => {
    await using b = await bench()
    await b.fetch.put(b.origin.url('/r'), new Response('gone', { status: 404, ...fresh }))
    expect((await b.fetch(b.origin.url('/r'))).status).toBe(404)
    const read = new Response('x')
    await read.text()
    const begun = new Response('some of it')
    await begun.body?.cancel()
    for (const used of [read, begun])
      expect((await failureOf(b.fetch.put(b.origin.url('/s'), used))).message).toContain('put: the body')
    expect(await failureOf(b.fetch.put(b.origin.url('/s'), 'text' as unknown as Response))).toBeInstanceOf(TypeError)
    expect(await b.fetch.cache.has(b.origin.url('/s'))).toBe(false)
  })

  test.each([
    ['a network error', Response.error()],
    ['a part of a body', new Response('ab', { status: 206, headers: { 'Content-Range': 'bytes 0-1/5' } })],
    ['a 304', new Response(null, { status: 304 })],
    ['nothing', undefined],
    ['a promise of one', Promise.resolve(new Response('x'))],
  ])('%s is no answer that could be stored, and is refused in words', async (_, given) => {
    await using b = await bench({ '/r': ok('fine') })
    const error = await failureOf(b.fetch.put(b.origin.url('/r'), given as Response))
    expect([error instanceof TypeError, error.message]).toEqual([true, expect.stringMatching(/^put: /)])
    expect(await textOf(b.fetch(b.origin.url('/r')))).toBe('fine')
  })

  test('a body that breaks leaves nothing behind', async () => {
    await using b = await bench()
    const body = new ReadableStream({ pull: (c) => c.error(new Error('broke')) })
    expect((await failureOf(b.fetch.put(b.origin.url('/r'), new Response(body)))).message).toContain('broke')
    expect(await b.fetch.cache.has(b.origin.url('/r'))).toBe(false)
  })

  test('nor does one of five MiB, of which most is down by then', async () => {
    const store = sqlite(join(folder(), 'cache.db'))
    await using b = await bench({}, { tiers: [store] })
    const pieces = Array.from({ length: 5 }, () => new Uint8Array(1 << 20))
    const body = new ReadableStream({ pull: (c) => (pieces.length > 0 ? c.enqueue(pieces.pop()) : c.error(new Error('broke'))) })
    expect((await failureOf(b.fetch.put(b.origin.url('/r'), new Response(body)))).message).toContain('broke')
    await b.fetch.idle()
    expect(await Array.fromAsync(store.bodies?.ids() ?? ['no bodies'])).toEqual([])
  })

  test('wrong options are told', async () => {
    await using b = await bench()
    const put = (options: object): Promise<Error> => failureOf(b.fetch.put(b.origin.url('/r'), new Response('a'), options))
    expect((await put({ label: ['a'] })).message).toContain('labels')
    expect((await put({ storedAt: 'yesterday' })).message).toContain('storedAt')
    expect((await put({ storedAt: new Date(Number.NaN) })).message).toContain('storedAt')
    expect((await put({ labels: ['no blanks'] })).message).toContain('no blanks')
  })
})

describe('cache.has()', () => {
  test('asks no origin, tells by key, and is true for stale ones', async () => {
    await using b = await bench({ '/r': counting(kept) })
    const has = (path: string, init?: RequestInit): Promise<boolean> => b.fetch.cache.has(b.origin.url(path), init)
    expect(await has('/r')).toBe(false)
    await textOf(b.fetch(b.origin.url('/r')))
    await b.clock.advance(3_600_000)
    expect([
      await has('/r'),
      await has('/r#x'),
      await has('/r?x'),
      await has('/r', { headers: { Cookie: 'c' } }),
      await has('/r', { method: 'HEAD' }),
    ]).toEqual([true, true, false, false, true])
    expect(b.origin.hits()).toBe(1)
  })

  test('knows variants and groups', async () => {
    await using b = await bench({ '/r': ok('a', { headers: { 'Cache-Control': 'max-age=60', Vary: 'Accept' } }) })
    await textOf(b.fetch(b.origin.url('/r'), { headers: { Accept: 'a/a' } }))
    const has = (init: object): Promise<boolean> => b.fetch.cache.has(b.origin.url('/r'), init)
    expect([
      await has({ headers: { Accept: 'a/a' } }),
      await has({ headers: { Accept: 'b/b' } }),
      await has({ headers: { Accept: 'a/a' }, holdfast: { group: 'g' } }),
    ]).toEqual([true, false, false])
  })

  test('rejects what fetch would reject', async () => {
    await using b = await bench()
    expect(await failureOf(b.fetch.cache.has('/relative'))).toBeInstanceOf(TypeError)
    expect(await failureOf(b.fetch.cache.has(b.origin.url('/r'), { holdfast: { tll: 1 } } as RequestInit))).toBeInstanceOf(
      TypeError,
    )
  })

  test('is no call: it leaves no trace in the events of fetching', async () => {
    await using b = await bench({ '/r': counting() })
    const seen = record(b.fetch)
    await b.fetch.cache.has(b.origin.url('/r'))
    expect(seen.map(({ name }) => name).filter((name) => name === 'attempt' || name === 'verdict')).toEqual([])
  })
})

describe('an unsafe method', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])(
    '%s that succeeds makes the entry stale; one that fails does not (RFC 9111, 4.4)',
    async (method) => {
      await using b = await bench({ '/r': counting(kept), '/w': inOrder(status(500)) })
      const url = b.origin.url('/r')
      expect(await textOf(b.fetch(url))).toBe('1')
      await b.fetch(b.origin.url('/w'), { method })
      expect(await outcomeOf(b.fetch(url))).toBe('hit')
      await textOf(b.fetch(url, { method }))
      expect(await outcomeOf(b.fetch(url))).toBe('miss')
      expect(b.origin.requests('/r').map((request) => request.method)).toEqual(['GET', method, 'GET'])
    },
  )

  test('is not retried, whatever retry says', async () => {
    await using b = await bench({ '/r': status(503) }, { retry: { attempts: 3, minDelay: 0, maxDelay: 0 } })
    expect((await b.fetch(b.origin.url('/r'), { method: 'POST', body: 'b' })).status).toBe(503)
    expect(b.origin.hits('/r')).toBe(1)
  })
})
