import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type CachedFetch, type CallOptions, inspect } from '../../../src/index.ts'
import { byRequest, counting, gate, inOrder, ok, type Step } from '../../helpers/origin/index.ts'
import { type Bench, bench, textOf } from './kit.ts'

/** B20, B21, B24, A07, A08: which calls are one entry, and which are not. Two calls of one entry give one request. */
const kept = { headers: { 'Cache-Control': 'max-age=600' } }
type Call = (fetch: CachedFetch, at: { host: string; port: number; url: string }) => Promise<Response>

async function hitsOf(one: Call, two: Call, step: Step = counting(kept)): Promise<number> {
  await using b = await bench(
    Object.fromEntries(['/r', '/', '/a/r', '//r', '/r;x', '/R', '/%7Er', '/~r'].map((path) => [path, step])),
  )
  const at = { host: b.origin.host, port: b.origin.port, url: b.origin.url('/r') }
  const texts = [await textOf(one(b.fetch, at)), await textOf(two(b.fetch, at))]
  // One request gives one text: neither call was served by chance from elsewhere.
  expect(texts[0] === texts[1] && b.origin.hits() === 1 ? 'one' : 'two').toBe(b.origin.hits() === 1 ? 'one' : 'two')
  return b.origin.hits()
}

const to =
  (make: (at: { host: string; port: number; url: string }) => string, init?: RequestInit): Call =>
  (fetch, at) =>
    fetch(make(at), init)
const url = (suffix: string): Call => to((at) => at.url + suffix)
const on = (path: string): Call => to((at) => at.url.replace('/r', path))
const withInit = (init: RequestInit): Call => to((at) => at.url, init)
const withOptions =
  (holdfast: CallOptions): Call =>
  (fetch, at) =>
    fetch(at.url, { holdfast })

describe('one entry', () => {
  const rows: [string, Call, Call][] = [
    ['string, URL and Request', url(''), (fetch, at) => fetch(new Request(new URL(at.url)))],
    ['header order', withInit({ headers: { 'X-A': '1', 'X-B': '2' } }), withInit({ headers: { 'X-B': '2', 'X-A': '1' } })],
    ['a header that no Vary names', withInit({ headers: { 'User-Agent': 'a' } }), withInit({ headers: { 'User-Agent': 'b' } })],
    ['a fragment', url('#a'), url('#b')],
    ['no fragment', url(''), url('#b')],
    ['dots in the path', on('/a/../r'), url('')],
    ['encoded dots', on('/a/%2e%2E/r'), url('')],
    ['percent-case', on('/r?q=%c3%a4'), on('/r?q=%C3%A4')],
    ['a character and its code', on('/r?q=ä'), on('/r?q=%C3%A4')],
    ['scheme and host case', to((at) => at.url.replace('http://', 'HTTP://')), url('')],
    ['a backslash for a slash', on('\\r'), url('')],
    ['a tab in the URL', on('/\tr'), url('')],
    ['the method in lower case', withInit({ method: 'get' }), withInit({ method: 'GET' })],
    ['a group that is the default', withOptions({ group: 'default' }), url('')],
    [
      'one key for two URLs',
      (f, at) => f(`${at.url}?t=1`, { holdfast: { key: 'k' } }),
      (f, at) => f(`${at.url}?t=2`, { holdfast: { key: 'k' } }),
    ],
  ]
  test.each(rows)('%s', async (_, one, two) => expect(await hitsOf(one, two)).toBe(1))

  test('a URL is sent as it is written, and its condition goes along however that is', async () => {
    await using b = await bench({ '/r': ok('x', { etag: '"1"', headers: { 'Cache-Control': 'max-age=60' } }) })
    await textOf(b.fetch(b.origin.url('/r?q=%c3%a4')))
    await b.clock.advance(61_000)
    const again = await b.fetch(b.origin.url('/r?q=%C3%A4'))
    expect(inspect(again)?.outcome).toBe('revalidated')
    expect(b.origin.requests('/r').map(({ path, headers }) => [path, headers['if-none-match']])).toEqual([
      ['/r?q=%c3%a4', undefined],
      ['/r?q=%C3%A4', '"1"'],
    ])
  })

  test('HEAD is answered from a stored GET, and never stored itself', async () => {
    await using b = await bench({ '/r': counting(kept) })
    expect((await b.fetch(b.origin.url('/r'), { method: 'HEAD' })).status).toBe(200)
    expect(await textOf(b.fetch(b.origin.url('/r')))).toBe('2')
    const head = await b.fetch(b.origin.url('/r'), { method: 'HEAD' })
    expect([head.status, head.body, head.headers.get('content-length')]).toEqual([200, null, '1'])
    expect(b.origin.hits('/r')).toBe(2)
  })
})

describe('entries of their own', () => {
  const rows: [string, Call, Call][] = [
    ['query order', url('?a=1&b=2'), url('?b=2&a=1')],
    ['an empty query', url('?'), url('')],
    ['path case', on('/R'), url('')],
    ['a double slash', on('//r'), url('')],
    ['a semicolon', on('/r;x'), url('')],
    ['a trailing dot of a query', url('?a='), url('?a')],
    ['plus and %20', url('?a+b'), url('?a%20b')],
    ['an encoded slash', on('/r?x=/'), on('/r?x=%2F')],
    ['an unreserved character encoded: the origin may differ', on('/%7Er'), on('/~r')],
    ['two groups', withOptions({ group: 'a' }), withOptions({ group: 'b' })],
    ['a group and the default', withOptions({ group: 'a' }), url('')],
    ['two keys', withOptions({ key: 'a' }), withOptions({ key: 'b' })],
    ['a key and none', withOptions({ key: 'a' }), url('')],
    ['a key that is the URL of another', (f, at) => f(at.url, { holdfast: { key: `${at.url}?x` } }), url('?x')],
    ['one key in two groups', withOptions({ key: 'k', group: 'a' }), withOptions({ key: 'k', group: 'b' })],
    ['delimiters cannot join parts', withOptions({ group: 'a', key: 'b c' }), withOptions({ group: 'a b', key: 'c' })],
    [
      'nor can a NUL, a line feed, a bar or a colon',
      withOptions({ group: 'a\n', key: '\0|:b' }),
      withOptions({ group: 'a', key: '\n\0|:b' }),
    ],
    ['a text and the length that it names', withOptions({ group: '1:a', key: 'b' }), withOptions({ group: '1', key: 'a:b' })],
  ]
  test.each(rows)('%s', async (_, one, two) => expect(await hitsOf(one, two)).toBe(2))
})

describe('safe: a POST that only asks', () => {
  const ask = (
    b: Bench,
    body: RequestInit['body'],
    more: RequestInit = {},
    options: CallOptions = { safe: true },
  ): Promise<string> => textOf(b.fetch(b.origin.url('/q'), { method: 'POST', body: body ?? null, ...more, holdfast: options }))
  const answers = byRequest((request, hit) =>
    ok(`${hit}:${request.method}:${createHash('md5').update(request.body).digest('hex')}`, kept),
  )

  test('same body, one entry; another body, method or query, another entry; GET is not POST', async () => {
    await using b = await bench({ '/q': answers })
    const first = await ask(b, 'a')
    expect(await ask(b, 'a')).toBe(first)
    expect(await ask(b, new TextEncoder().encode('a'))).toBe(first)
    expect(await ask(b, 'b')).not.toBe(first)
    expect(await ask(b, '')).not.toBe(first)
    await ask(b, 'a', { method: 'QUERY' })
    await textOf(b.fetch(b.origin.url('/q')))
    expect(b.origin.requests('/q').map(({ method, body }) => method + body)).toEqual(['POSTa', 'POSTb', 'POST', 'QUERYa', 'GET'])
  })

  test('without safe: two hits, nothing stored (B21)', async () => {
    await using b = await bench({ '/q': answers })
    expect(await ask(b, 'a', {}, {})).not.toBe(await ask(b, 'a', {}, { ttl: '1h' }))
    expect(b.origin.hits('/q')).toBe(2)
    expect(await b.fetch.cache.has(b.origin.url('/q'), { method: 'POST', body: 'a', holdfast: { safe: true } })).toBe(false)
  })

  test('without explicit freshness it is asked again; ttl makes it fresh', async () => {
    await using b = await bench({
      '/q': byRequest((_, hit) => ok(String(hit), { headers: { 'Last-Modified': 'Thu, 01 Jan 2015 00:00:00 GMT' } })),
    })
    expect([await ask(b, 'a'), await ask(b, 'a')]).toEqual(['1', '2'])
    expect([await ask(b, 'b', {}, { safe: true, ttl: '1m' }), await ask(b, 'b', {}, { safe: true, ttl: '1m' })]).toEqual([
      '3',
      '3',
    ])
  })

  test('a stream, a FormData and a Request as body are read once and keyed by their bytes', async () => {
    await using b = await bench({ '/q': answers })
    const stream = (): ReadableStream => ReadableStream.from([new TextEncoder().encode('a')])
    const first = await ask(b, stream(), { duplex: 'half' })
    expect(await ask(b, stream(), { duplex: 'half' })).toBe(first)
    expect(
      await textOf(b.fetch(new Request(b.origin.url('/q'), { method: 'POST', body: 'a' }), { holdfast: { safe: true } })),
    ).toBe(first)
    expect(b.origin.hits('/q')).toBe(1)
  })

  test('two at once share one flight', async () => {
    const waiting = gate(ok('x', kept))
    await using b = await bench({ '/q': waiting })
    const both = [ask(b, 'a'), ask(b, 'a')]
    await waiting.arrived
    waiting.release()
    expect(await Promise.all(both)).toEqual(['x', 'x'])
    expect(b.origin.hits('/q')).toBe(1)
  })

  test('the body goes out on each attempt (B21)', async () => {
    await using b = await bench({ '/q': inOrder((e) => e.destroy(), answers) })
    const options: CallOptions = { safe: true, retry: { attempts: 2, minDelay: 0, maxDelay: 0 } }
    expect(await ask(b, 'carried', {}, options)).toContain('POST')
    expect(b.origin.requests('/q').map(({ body }) => body.toString())).toEqual(['carried', 'carried'])
  })
})
