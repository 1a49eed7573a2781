import { describe, expect, test } from 'vitest'
import type { Init, Options } from '../../../src/index.ts'
import { byRequest, inOrder, ok, type Step, status } from '../../helpers/origin/index.ts'
import { type Bench, bench } from '../door/kit.ts'
import { ask, fill, withControl } from './given.ts'

const echoed = (control: string | undefined, more: Record<string, string> = {}): Step =>
  byRequest((r, hit) =>
    ok(`${hit} ${r.method} ${r.body.toString()}`, { headers: { ...(control && { 'Cache-Control': control }), ...more } }),
  )
const post = (body: RequestInit['body'], more: Init = {}): Init => ({
  method: 'POST',
  ...(body === null || body === undefined ? {} : { body }),
  ...more,
})
const safe = (body: RequestInit['body'] = 'a', more: object = {}): Init => post(body, { holdfast: { safe: true, ...more } })

describe('safe: true — a POST that only asks', () => {
  test('each body is an answer of its own, and each is kept', async () => {
    await using b = await bench({ '/r': echoed('max-age=60') })
    const first = [(await ask(b, safe('a'))).text, (await ask(b, safe('b'))).text, (await ask(b, safe(''))).text]
    expect(first).toEqual(['1 POST a', '2 POST b', '3 POST '])
    for (const [n, body] of ['a', 'b', ''].entries())
      expect(await ask(b, safe(body))).toMatchObject({ text: first[n], says: { hit: true }, outcome: 'hit' })
    expect(b.origin.hits()).toBe(3)
  })

  test('the same bytes are the same question, whatever brought them', async () => {
    await using b = await bench({ '/r': echoed('max-age=60') })
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8' }
    await ask(b, { ...safe('q=1'), headers })
    for (const body of [new URLSearchParams({ q: '1' }), Buffer.from('q=1'), new Blob(['q=1'])])
      expect((await ask(b, { ...safe(body), headers })).text).toBe('1 POST q=1')
  })

  test('the same bytes of another type, or in another coding, ask another question', async () => {
    await using b = await bench({ '/r': echoed('max-age=60') })
    const kinds: Record<string, string>[] = [
      { 'Content-Type': 'application/json' },
      { 'Content-Type': 'text/plain' },
      { 'Content-Type': 'text/plain', 'Content-Encoding': 'gzip' },
    ]
    for (const round of [1, 2])
      for (const [n, headers] of kinds.entries())
        expect(await ask(b, { ...safe('{}'), headers }), `round ${round}`).toMatchObject({ text: `${n + 1} POST {}` })
  })

  test('a form is the same question with each new boundary; another value, or one that looks like two, is another', async () => {
    await using b = await bench({ '/r': byRequest((_, hit) => ok(String(hit), { headers: { 'Cache-Control': 'max-age=60' } })) })
    const form = (fields: Record<string, string>): FormData => {
      const made = new FormData()
      for (const [name, value] of Object.entries(fields)) made.set(name, value)
      return made
    }
    const looksLikeTwo = 'x\r\n--\r\nContent-Disposition: form-data; name="b"\r\n\r\ny'
    const asked = [{ a: 'x', b: 'y' }, { a: 'x', b: 'z' }, { a: looksLikeTwo }]
    for (const round of [1, 2])
      for (const [n, fields] of asked.entries())
        expect((await ask(b, safe(form(fields)))).text, `round ${round}`).toBe(String(n + 1))
  })

  test('explicit freshness or ttl, and nothing guessed from Last-Modified', async () => {
    const old = { 'Last-Modified': 'Wed, 01 Jan 2020 00:00:00 GMT' }
    await using b = await bench({ '/r': echoed(undefined, old), '/s': echoed('no-store') })
    await ask(b, safe())
    expect((await ask(b, safe())).text).toBe('2 POST a')
    await ask(b, safe('t', { ttl: '1h' }))
    expect((await ask(b, safe('t', { ttl: '1h' }))).text).toBe('3 POST t')
    await ask(b, safe(), '/s')
    expect((await ask(b, safe(), '/s')).text).toBe('2 POST a')
  })

  test('goes stale, and is asked again with its body', async () => {
    await using b = await bench({ '/r': echoed('max-age=60') })
    await ask(b, safe())
    await b.clock.advance(61_000)
    expect((await ask(b, safe())).text).toBe('2 POST a')
    expect(b.origin.requests('/r').map(({ body }) => body.toString())).toEqual(['a', 'a'])
  })

  test('is no answer to GET, nor to a POST that is not called safe; and invalidates nothing', async () => {
    await using b = await bench({ '/r': echoed('max-age=60') })
    await fill(b)
    await ask(b, safe())
    expect((await ask(b)).text).toBe('1 GET ')
    expect((await ask(b, post('a'))).text).toBe('3 POST a')
    expect((await ask(b, post('a'))).text).toBe('4 POST a')
  })

  test('in a rule; and for QUERY', async () => {
    await using b = await bench({ '/r': echoed('max-age=60') }, { rules: [{ match: '/r', safe: true }] })
    expect([(await ask(b, post('a'))).text, (await ask(b, post('a'))).text]).toEqual(['1 POST a', '1 POST a'])
    const query = { method: 'QUERY', body: 'a' }
    expect([(await ask(b, query)).text, (await ask(b, query)).text]).toEqual(['2 QUERY a', '2 QUERY a'])
  })

  test('two at one moment are one question; with other bodies, two', async () => {
    await using b = await bench({ '/r': echoed('max-age=60') })
    const texts = await Promise.all([safe('a'), safe('a'), safe('b')].map(async (init) => (await ask(b, init)).text))
    expect(texts[0]).toBe(texts[1])
    expect(b.origin.hits()).toBe(2)
  })
})

describe('respect: standard — a POST whose answer says what a GET would (RFC 9110, 9.3.3)', () => {
  const standard: Options = { respect: 'standard' }
  const posted = async (b: Bench, body = 'new'): Promise<string> => (await ask(b, post(body))).text

  test.each([
    ['relative', '/r'],
    ['absolute', 'own'],
    ['as a path without slash', 'r'],
  ])('Content-Location is its URL (%s): later GETs have it, later POSTs do not', async (_, given) => {
    await using b = await bench({}, standard)
    const location = given === 'own' ? b.origin.url('/r') : given
    b.origin.script('/r', echoed('max-age=60', { 'Content-Location': location }))
    expect(await posted(b)).toBe('1 POST new')
    expect(await ask(b)).toMatchObject({ status: 200, text: '1 POST new', says: { hit: true } })
    expect((await ask(b, { method: 'HEAD' })).says.hit).toBe(true)
    expect(await posted(b)).toBe('2 POST new')
    expect(b.origin.hits()).toBe(2)
  })

  test('it takes the place of the GET’s answer, and ages', async () => {
    await using b = await bench({ '/r': echoed('max-age=60', { 'Content-Location': '/r' }) }, standard)
    expect(await fill(b)).toBe('1 GET ')
    await posted(b)
    expect(await fill(b)).toBe('2 POST new')
    await b.clock.advance(61_000)
    expect(await fill(b)).toBe('3 GET ')
  })

  test('Expires is explicit too', async () => {
    await using b = await bench({}, standard)
    const expires = new Date(b.clock.now() + 60_000).toUTCString()
    b.origin.script('/r', echoed(undefined, { 'Content-Location': '/r', Expires: expires }))
    await posted(b)
    expect(await fill(b)).toBe('1 POST new')
  })

  const others: [string, Step][] = [
    ['no Content-Location', echoed('max-age=60')],
    ['that of another path', echoed('max-age=60', { 'Content-Location': '/other' })],
    ['that of another query', echoed('max-age=60', { 'Content-Location': '/r?x' })],
    ['that of another host', echoed('max-age=60', { 'Content-Location': 'http://other.example/r' })],
    ['one that is no URL', echoed('max-age=60', { 'Content-Location': 'http://[' })],
    ['no explicit freshness', echoed(undefined, { 'Content-Location': '/r', 'Last-Modified': 'Wed, 01 Jan 2020 00:00:00 GMT' })],
    ['no-store', echoed('max-age=60, no-store', { 'Content-Location': '/r' })],
    ['max-age=0', echoed('max-age=0', { 'Content-Location': '/r' })],
    ['an error', status(500, { 'Cache-Control': 'max-age=60', 'Content-Location': '/r' }, 'broken')],
  ]
  test.each(others)('%s: later GETs ask', async (_, step) => {
    await using b = await bench({ '/r': inOrder(step, withControl('got', 'max-age=60')) }, standard)
    await ask(b, post('new'))
    expect(await fill(b)).toBe('got')
    expect(b.origin.hits()).toBe(2)
  })

  test('one principal’s answer is not another’s', async () => {
    await using b = await bench({ '/r': echoed('max-age=60', { 'Content-Location': '/r' }) }, standard)
    await ask(b, post('mine', { headers: { Authorization: 'A' } }))
    expect((await ask(b, { headers: { Authorization: 'B' } })).text).toBe('2 GET ')
    expect((await ask(b)).text).toBe('3 GET ')
  })

  test('the caller’s no-store keeps it out', async () => {
    await using b = await bench({ '/r': echoed('max-age=60', { 'Content-Location': '/r' }) }, standard)
    await ask(b, post('new', { cache: 'no-store' }))
    expect(await fill(b)).toBe('2 GET ')
  })

  test('under resilient no POST answer serves a GET', async () => {
    await using b = await bench({ '/r': echoed('max-age=60', { 'Content-Location': '/r' }) })
    await posted(b)
    expect(await fill(b)).toBe('2 GET ')
  })
})
