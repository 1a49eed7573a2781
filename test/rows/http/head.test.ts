import { describe, expect, test } from 'vitest'
import { byRequest, chunked, ok, type Step, status } from '../../helpers/origin/index.ts'
import { type Bench, bench, die } from '../door/kit.ts'
import { ask, fill, withControl } from './given.ts'

const head = { method: 'HEAD' }
const WHOLE = '0123456789'
const LAST_MODIFIED = 'Wed, 01 Jan 2025 00:00:00 GMT'

/** GET and HEAD have scripts of their own. */
const split = (get: Step, headed: Step): Step => byRequest((r) => (r.method === 'HEAD' ? headed : get))
const whole = (more: object = {}, control = 'max-age=60'): Step => withControl(WHOLE, control, more)
const methods = (b: Bench): string[] => b.origin.requests().map(({ method }) => method)

describe('HEAD is answered from a stored GET (RFC 9111, 4)', () => {
  test('all its fields, its length, and no body', async () => {
    await using b = await bench({ '/r': whole({ etag: '"e"', lastModified: LAST_MODIFIED, headers: { 'X-Own': 'x' } }) })
    await fill(b)
    await b.clock.advance(20_000)
    const answer = await ask(b, head)
    expect(answer).toMatchObject({ status: 200, text: '', outcome: 'hit', says: { hit: true, ttl: 40 } })
    expect(['etag', 'last-modified', 'x-own', 'age', 'cache-control'].map((name) => answer.headers.get(name))).toEqual([
      '"e"',
      LAST_MODIFIED,
      'x',
      '20',
      'max-age=60',
    ])
    expect(['10', null]).toContain(answer.headers.get('content-length'))
    expect(methods(b)).toEqual(['GET'])
  })

  test('by its variant, its partition, and only-if-cached', async () => {
    await using b = await bench({ '/r': byRequest((r) => whole({ headers: { Vary: 'X-V', 'X-Is': `${r.headers['x-v']}` } })) })
    await fill(b, { headers: { 'X-V': '1' } })
    expect((await ask(b, { ...head, headers: { 'X-V': '1' }, cache: 'only-if-cached' })).headers.get('x-is')).toBe('1')
    expect((await ask(b, { ...head, headers: { 'X-V': '2' } })).headers.get('x-is')).toBe('2')
    expect((await ask(b, { ...head, headers: { 'X-V': '1', Cookie: 'c' } })).says.hit).toBeUndefined()
    expect(methods(b)).toEqual(['GET', 'HEAD', 'HEAD'])
  })

  test('dead origin, stale answer: the fields of the last good one', async () => {
    await using b = await bench({ '/r': whole({ etag: '"e"' }) })
    await fill(b)
    await b.clock.advance(61_000)
    await die(b.origin)
    const answer = await ask(b, head)
    expect([answer.status, answer.headers.get('etag'), answer.text, answer.outcome]).toEqual([200, '"e"', '', 'fallback'])
  })
})

describe('HEAD is never stored itself', () => {
  test('neither for HEAD nor for GET', async () => {
    await using b = await bench({ '/r': whole({ etag: '"e"' }) })
    expect(await ask(b, head)).toMatchObject({ status: 200, text: '' })
    expect(await b.fetch.cache.has(b.origin.url('/r'))).toBe(false)
    await ask(b, head)
    expect(await ask(b)).toMatchObject({ text: WHOLE })
    expect(methods(b)).toEqual(['HEAD', 'HEAD', 'GET'])
  })

  test('also under a ttl, and with a length that no body follows', async () => {
    await using b = await bench({ '/r': whole() }, { ttl: '1h' })
    await ask(b, head)
    expect((await ask(b)).text).toBe(WHOLE)
  })

  test('a HEAD and a GET at one moment: a body for the one that asks for it', async () => {
    await using b = await bench({ '/r': whole() })
    const [headed, got] = await Promise.all([ask(b, head), ask(b)])
    expect([headed.text, got.text]).toEqual(['', WHOLE])
    const [again, later] = await Promise.all([ask(b, {}, '/r'), ask(b, head)])
    expect([again.text, later.text]).toEqual([WHOLE, ''])
  })
})

describe('what HEAD says of the stored GET (RFC 9111, 4.3.5)', () => {
  const told = { etag: '"e"', lastModified: LAST_MODIFIED }
  const otherwise: [string, Step][] = [
    ['another ETag', withControl(WHOLE, 'max-age=60', { ...told, etag: '"x"' })],
    ['another Last-Modified', withControl(WHOLE, 'max-age=60', { ...told, lastModified: 'Fri, 03 Jan 2025 00:00:00 GMT' })],
    ['another Content-Length', withControl(`${WHOLE}more`, 'max-age=60', told)],
  ]
  test.each(otherwise)('%s: the GET asks again, though it was fresh', async (_, headed) => {
    await using b = await bench({ '/r': split(whole(told, 'max-age=600'), headed) })
    await fill(b)
    await ask(b, { ...head, cache: 'reload' })
    expect((await ask(b)).says.hit).toBeUndefined()
    expect(methods(b)).toEqual(['GET', 'HEAD', 'GET'])
  })

  test('the same with no-cache, and what is stale stays as a last resort', async () => {
    await using b = await bench({ '/r': split(whole(told, 'max-age=600'), withControl(WHOLE, 'max-age=60', { etag: '"x"' })) })
    await fill(b)
    await ask(b, { ...head, cache: 'no-cache' })
    await die(b.origin)
    expect(await ask(b)).toMatchObject({ text: WHOLE, outcome: 'fallback' })
  })

  test('it agrees: the GET is fresh again, with the new fields', async () => {
    const renewed = withControl(WHOLE, 'max-age=120', { ...told, headers: { 'X-New': '2' } })
    await using b = await bench({ '/r': split(whole({ ...told, headers: { 'X-New': '1', 'X-Old': 'o' } }), renewed) })
    await fill(b)
    await b.clock.advance(61_000)
    const headed = await ask(b, head)
    expect([headed.headers.get('x-new'), headed.text]).toEqual(['2', ''])
    await b.clock.advance(100_000)
    const got = await ask(b)
    expect(got).toMatchObject({ text: WHOLE, says: { hit: true, ttl: 20 } })
    expect([got.headers.get('x-new'), got.headers.get('x-old'), got.headers.get('cache-control')]).toEqual([
      '2',
      'o',
      'max-age=120',
    ])
    expect(methods(b)).toEqual(['GET', 'HEAD'])
  })

  test('after a write, one that names no version confirms nothing: the GET asks', async () => {
    const page: Step = byRequest((r, hit) =>
      r.method === 'POST' ? ok('done') : chunked(`state ${hit}`, { headers: { 'Cache-Control': 'max-age=600' } }),
    )
    await using b = await bench({ '/r': page })
    await fill(b)
    await ask(b, { method: 'POST', body: 'x' })
    await b.clock.advance(1_000)
    await ask(b, head)
    expect((await ask(b)).text).toBe('state 4')
  })

  test('304 to a HEAD of ours agrees as well', async () => {
    await using b = await bench({ '/r': whole({ ...told, conditional: true }) })
    await fill(b)
    await b.clock.advance(61_000)
    expect(await ask(b, head)).toMatchObject({ status: 200, text: '' })
    expect(await ask(b)).toMatchObject({ text: WHOLE, says: { hit: true } })
    expect(b.origin.hits()).toBe(2)
  })

  test.each([404, 403, 405, 500])('a %i to HEAD renews nothing and deletes nothing', async (code) => {
    await using b = await bench({ '/r': split(whole(told), status(code, { 'Cache-Control': 'max-age=600' }, 'no')) })
    await fill(b)
    await b.clock.advance(61_000)
    await ask(b, head)
    await b.clock.advance(31_000)
    const got = await ask(b)
    expect([got.text, got.says.hit, got.status]).toEqual([WHOLE, undefined, 200])
  })

  test('a HEAD of another variant says nothing of this one', async () => {
    const step = byRequest((r) => whole({ etag: `"${r.headers['x-v']}"`, headers: { Vary: 'X-V' } }, 'max-age=600'))
    await using b = await bench({ '/r': step })
    await fill(b, { headers: { 'X-V': '1' } })
    await ask(b, { ...head, headers: { 'X-V': '2' } })
    expect((await ask(b, { headers: { 'X-V': '1' } })).says.hit).toBe(true)
  })

  test('gzip to HEAD: a coded length is not compared with the decoded body’s', async () => {
    const coded = withControl('', 'max-age=60', { ...told, headers: { 'Content-Encoding': 'gzip', 'Content-Length': '7' } })
    await using b = await bench({ '/r': split(whole(told), coded) })
    await fill(b)
    await b.clock.advance(61_000)
    await ask(b, head)
    expect((await ask(b)).text).toBe(WHOLE)
  })
})
