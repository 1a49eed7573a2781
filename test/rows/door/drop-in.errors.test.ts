import { describe, expect, test } from 'vitest'
import { HoldfastError, type Init } from '../../../src/index.ts'
import { cut, gate, ok, redirect } from '../../helpers/origin/index.ts'
import { bench, die, failureOf } from './kit.ts'
import { type Fetch, failureFacts, sideBySide, type Use } from './side-by-side.ts'

const script = { '/r': ok('fine'), '/far': redirect('/r') }
const never = (fetch: Fetch, url: unknown, init?: unknown): Promise<Response> => fetch(url as string, init as RequestInit)

/** Errors that fetch raises before anything is sent: the same class, name and message from ours. */
const before: [string, Use][] = [
  ['no argument', (fetch) => (fetch as unknown as () => Promise<Response>)()],
  ['a relative URL', (fetch) => fetch('/relative')],
  ['an empty string', (fetch) => fetch('')],
  ['a URL without a host', (fetch) => fetch('http://')],
  ['a port out of range', (fetch) => fetch('http://127.0.0.1:99999/')],
  ['undefined', (fetch) => never(fetch, undefined)],
  ['null', (fetch) => never(fetch, null)],
  ['a number', (fetch) => never(fetch, 7)],
  ['a symbol', (fetch) => never(fetch, Symbol('s'))],
  ['user and password in the URL', (fetch) => fetch('http://user:pass@127.0.0.1/')],
  ['a user alone in the URL', (fetch) => fetch(new URL('http://user@127.0.0.1/'))],
  ['a method that is no token', (fetch, o) => fetch(o.url('/r'), { method: 'GE T' })],
  ['an empty method', (fetch, o) => fetch(o.url('/r'), { method: '' })],
  ['CONNECT', (fetch, o) => fetch(o.url('/r'), { method: 'CONNECT' })],
  ['TRACE', (fetch, o) => fetch(o.url('/r'), { method: 'trace' })],
  ['GET with a body', (fetch, o) => never(fetch, o.url('/r'), { body: 'b' })],
  ['HEAD with a body', (fetch, o) => never(fetch, o.url('/r'), { method: 'HEAD', body: '' })],
  ['a header name with a blank', (fetch, o) => fetch(o.url('/r'), { headers: { 'a b': '1' } })],
  ['a header value with a line feed', (fetch, o) => fetch(o.url('/r'), { headers: { a: '1\nb: 2' } })],
  ['a header value beyond Latin-1', (fetch, o) => fetch(o.url('/r'), { headers: { a: '€' } })],
  ['headers that are a number', (fetch, o) => never(fetch, o.url('/r'), { headers: 7 })],
  ['headers with a lonely value', (fetch, o) => never(fetch, o.url('/r'), { headers: [['a']] })],
  ['init that is a string', (fetch, o) => never(fetch, o.url('/r'), 'init')],
  ['an unknown redirect', (fetch, o) => never(fetch, o.url('/r'), { redirect: 'maybe' })],
  ['an unknown mode', (fetch, o) => never(fetch, o.url('/r'), { mode: 'sideways' })],
  ['mode navigate', (fetch, o) => never(fetch, o.url('/r'), { mode: 'navigate' })],
  ['a window', (fetch, o) => never(fetch, o.url('/r'), { window: {} })],
  ['a signal that is none', (fetch, o) => never(fetch, o.url('/r'), { signal: {} })],
  ['a stream without duplex', (fetch, o) => never(fetch, o.url('/r'), { method: 'POST', body: new ReadableStream() })],
  [
    'a Request whose body was read',
    async (fetch, o) => {
      const request = new Request(o.url('/r'), { method: 'POST', body: 'b' })
      await request.text()
      return fetch(request)
    },
  ],
  [
    'a stream that somebody reads',
    async (fetch, o) => {
      const body = new ReadableStream()
      body.getReader()
      return fetch(o.url('/r'), { method: 'POST', body, duplex: 'half' })
    },
  ],
]

describe('a wrong call fails as it does with fetch', () => {
  test.each(before)('%s', async (_, use) => {
    const { theirs, ours, requests } = await sideBySide(script, use)
    expect(theirs).toHaveProperty('rejected')
    expect(ours).toEqual(theirs)
    expect(requests.ours).toEqual([])
  })

  test('it rejects and never throws', async () => {
    await using b = await bench(script)
    const wrong = [() => b.fetch('/relative'), () => b.fetch(b.origin.url('/r'), { holdfast: { ttl: -1 } })]
    for (const call of wrong) expect(failureFacts(await failureOf(call()))).toMatchObject({ isTypeError: true })
  })

  test.each(['sometimes', 7, null])('cache: %o is refused by its name, with the six modes', async (cache) => {
    await using b = await bench(script)
    const error = await failureOf(b.fetch(b.origin.url('/r'), { cache } as unknown as RequestInit))
    expect(failureFacts(error)).toMatchObject({ class: 'TypeError' })
    for (const word of ['cache', String(cache), 'no-store', 'only-if-cached']) expect(error.message).toContain(word)
    expect(b.origin.hits()).toBe(0)
  })

  test.each([
    'ftp://127.0.0.1/x',
    'file:///etc/hostname',
    'about:blank',
    'ws://127.0.0.1/',
    'javascript:alert(1)',
    'data:broken',
  ])('the scheme of %s is refused', async (url) => {
    const { theirs, ours } = await sideBySide(script, (fetch) => fetch(url))
    expect(theirs).toHaveProperty('rejected')
    expect(ours).toEqual(theirs)
  })

  test('a port that fetch blocks is refused', async () => {
    const { theirs, ours } = await sideBySide(script, (fetch) => fetch('http://127.0.0.1:25/'))
    expect(theirs).toHaveProperty('rejected')
    expect(ours).toEqual(theirs)
  })
})

describe('a network failure is a TypeError with a code, an address and the attempts', () => {
  test('nobody listens', async () => {
    await using b = await bench(script)
    await die(b.origin)
    const error = await failureOf(b.fetch(b.origin.url('/r')))
    expect(error).toBeInstanceOf(HoldfastError)
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ code: 'CONNECT', method: 'GET', url: b.origin.url('/r') })
    expect((error as HoldfastError).attempts).toHaveLength(1)
    expect((error as HoldfastError).attempts[0]).toMatchObject({ url: b.origin.url('/r'), bytes: 0, error: { code: 'CONNECT' } })
  })

  test('a name that does not resolve', async () => {
    await using b = await bench()
    const error = await failureOf(b.fetch('http://holdfast.invalid/x'))
    expect(error).toBeInstanceOf(HoldfastError)
    expect(error.code).toBe('DNS')
  })

  test('redirect: error is REDIRECT, and so are a loop and a bad target', async () => {
    await using b = await bench({ ...script, '/loop': redirect('/loop'), '/bad': redirect('http://[/') })
    const codes = async (path: string, init?: RequestInit): Promise<unknown> =>
      (await failureOf(b.fetch(b.origin.url(path), init))).code
    expect([await codes('/far', { redirect: 'error' }), await codes('/loop'), await codes('/bad')]).toEqual([
      'REDIRECT',
      'REDIRECT',
      'REDIRECT',
    ])
    expect(b.origin.hits('/loop')).toBe(21)
    expect(b.origin.hits('/r')).toBe(0)
  })

  test('it can be printed: name, message and stack can be printed', async () => {
    await using b = await bench({ '/r': gate() })
    await die(b.origin)
    const error = await failureOf(b.fetch(b.origin.url('/r')))
    expect(error.name).toBe('HoldfastError')
    expect(String(error)).toContain(b.origin.url('/r'))
    expect(error.stack).toContain('HoldfastError')
  })

  const roads: [string, Init][] = [
    ['whole', {}],
    ['streaming', { holdfast: { delivery: 'streaming' } }],
    ['live', { holdfast: { delivery: 'live' } }],
    ['no-store', { cache: 'no-store' }],
    ['a method that passes through', { method: 'POST', body: 'b' }],
  ]
  test.each(roads)('a body that breaks: %s', async (_, init) => {
    await using b = await bench({ '/r': cut('0123456789', 4) })
    const error = await failureOf(b.fetch(b.origin.url('/r'), init).then((response) => response.text()))
    expect(error).toBeInstanceOf(HoldfastError)
    expect(error).toMatchObject({ code: 'TRUNCATED', url: b.origin.url('/r'), method: init.method ?? 'GET' })
  })
})
