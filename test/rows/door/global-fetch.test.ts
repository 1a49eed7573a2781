import { afterEach, describe, expect, test } from 'vitest'
import { counting, ok } from '../../helpers/origin/index.ts'
import { type Bench, bench, outcomeOf, textOf } from './kit.ts'

const native = globalThis.fetch
afterEach(() => void Object.assign(globalThis, { fetch: native }))

const FRESH = { headers: { 'Cache-Control': 'max-age=60' } }

/** Ours is the global one, and something is put around it, as MSW and instrumentation do. Tells what came by there. */
function wrapped({ fetch }: Bench, before: (url: string) => unknown = () => undefined): string[] {
  const passed: string[] = []
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    passed.push(`${request.method} ${new URL(request.url).pathname}`)
    await before(request.url)
    return fetch(request)
  }
  return passed
}

describe('what is put around a fetch of ours that is the global one', () => {
  test('passes a call on to the origin', async () => {
    await using at = await bench({ '/a': ok('fine', FRESH) })
    const passed = wrapped(at)
    const url = at.origin.url('/a')
    expect(await textOf(fetch(url))).toBe('fine')
    expect([await outcomeOf(fetch(url)), await outcomeOf(at.fetch(url))]).toEqual(['hit', 'hit'])
    // Once by the program, once by ours, and the hit.
    expect([passed, at.origin.hits()]).toEqual([['GET /a', 'GET /a', 'GET /a'], 1])
  })

  test('passes on a call that was made past it', async () => {
    await using at = await bench({ '/a': ok('fine', FRESH) })
    const passed = wrapped(at)
    expect([await textOf(at.fetch(at.origin.url('/a'))), passed]).toEqual(['fine', ['GET /a']])
  })

  test('passes on a body', async () => {
    await using at = await bench({ '/a': ok('taken') })
    wrapped(at)
    expect(await textOf(fetch(at.origin.url('/a'), { method: 'POST', body: 'mine' }))).toBe('taken')
    expect(at.origin.requests().map(({ method, body }) => [method, String(body)])).toEqual([['POST', 'mine']])
  })

  test('may ask ours for something else, which is kept', async () => {
    await using at = await bench({ '/token': counting(FRESH), '/a': ok('a'), '/b': ok('b') })
    const token = at.origin.url('/token')
    const tokens: string[] = []
    wrapped(at, async (url) => url !== token && tokens.push(await textOf(at.fetch(token))))
    expect([await textOf(at.fetch(at.origin.url('/a'))), await textOf(at.fetch(at.origin.url('/b')))]).toEqual(['a', 'b'])
    expect(tokens).toEqual(['1', '1'])
  })
})

describe('a mock in its place is given a body as the program gave it', () => {
  test.each([
    ['application/json', '{"ö":1}'],
    ['text/plain;charset=UTF-8', '\uFEFFa'],
    ['application/x-www-form-urlencoded', 'a=1'],
  ])('text of %s: %j', async (type, body) => {
    expect(await seen({ body, headers: { 'Content-Type': type } })).toBe(body)
  })

  test.each([
    ['application/json', Buffer.of(0xff)],
    ['application/x-protobuf', Buffer.from('a')],
    [undefined, Buffer.from('a')],
  ])('bytes of %s', async (type, body) => {
    expect(await seen({ body, ...(type !== undefined && { headers: { 'Content-Type': type } }) })).toEqual(new Uint8Array(body))
  })

  async function seen(init: RequestInit): Promise<unknown> {
    await using at = await bench()
    const bodies: unknown[] = []
    globalThis.fetch = async (_, given) => {
      bodies.push(given?.body)
      return new Response()
    }
    await at.fetch('http://a.example/', { method: 'POST', ...init })
    return bodies[0]
  }
})

test.each([
  ['an object', { 'Content-Type': 'text/csv', ETag: '"1"' }, 'text/csv'],
  ['nothing but a get', { get: () => 'text/csv' }, null],
  ['null', null, null],
])('a mock may have %s as its headers', async (_, headers, type) => {
  await using at = await bench()
  globalThis.fetch = (async () => ({ status: 200, headers, text: async () => 'mocked' })) as unknown as typeof fetch
  const response = await at.fetch('http://a.example/')
  expect([response.headers.get('content-type'), await response.text()]).toEqual([type, 'mocked'])
})

test("Next.js' own fetch, which keeps what is asked for under a condition, is left aside; what it stands around is not", async () => {
  await using at = await bench({ '/a': counting({ headers: { 'Cache-Control': 'no-cache', ETag: '"always"' } }) })
  const passed: (string | undefined)[] = []
  const around: typeof fetch = (input, init) => {
    passed.push(init?.cache)
    return native(input, init)
  }
  const next: typeof fetch = async (input, init) =>
    init?.cache === 'force-cache' ? new Response('of last year') : around(input, init)
  globalThis.fetch = Object.assign(next, { _nextOriginalFetch: around })
  const url = at.origin.url('/a')
  expect([await textOf(at.fetch(url)), await textOf(at.fetch(url)), passed]).toEqual(['1', '2', [undefined, 'force-cache']])
})
