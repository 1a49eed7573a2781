import { describe, expect, test } from 'vitest'
import { byRequest, inOrder, notModified, ok, type Step } from '../../helpers/origin/index.ts'
import { bench } from '../door/kit.ts'
import { ask, askWith, fill } from './given.ts'

const WHOLE = '0123456789'
const kept = { 'Cache-Control': 'max-age=60' }
const body = (tag: string): Step => ok(`body of ${tag}`, { headers: kept, etag: `"${tag}"` })

describe('a 304 that speaks of something else (RFC 9111, 4.3.4)', () => {
  test.each(['"b"', 'W/"b"'])('its tag is %s, ours "a": the old body is not given that name', async (tag) => {
    const lying = byRequest((r) => (r.headers['if-none-match'] ? notModified({ etag: tag, headers: kept }) : body('b')))
    await using b = await bench({ '/r': inOrder(body('a'), lying) })
    await fill(b)
    await b.clock.advance(61_000)
    for (let n = 0; n < 2; n += 1) {
      const told = await ask(b)
      const named = told.headers.get('etag')?.replace('W/', '')
      expect(told.text).toBe(`body of ${named?.replaceAll('"', '')}`)
    }
  })

  test('the caller asked with a tag of his own, the origin answers 304 with a third: nobody’s body is renamed', async () => {
    const lying = byRequest((r) => (r.headers['if-none-match'] ? notModified({ etag: '"c"', headers: kept }) : body('c')))
    await using b = await bench({ '/r': inOrder(body('a'), lying) })
    await fill(b)
    await b.clock.advance(61_000)
    await askWith(b, { 'If-None-Match': '"b"' })
    const told = await ask(b)
    expect(told.text).toBe(`body of ${told.headers.get('etag')?.replaceAll('"', '')}`)
  })

  test('HEAD of a stale answer under the caller’s own condition', async () => {
    await using b = await bench({ '/r': ok('whole', { headers: kept, etag: '"a"', conditional: true }) })
    await fill(b)
    await b.clock.advance(61_000)
    expect(await askWith(b, { 'If-None-Match': '"a"' }, { method: 'HEAD' })).toMatchObject({ status: 304, text: '' })
    const other = await askWith(b, { 'If-None-Match': '"x"' }, { method: 'HEAD', cache: 'no-cache' })
    expect([other.status, other.text]).toEqual([200, ''])
    expect(await fill(b)).toBe('whole')
  })
})

describe('a whole with fields that do not fit it', () => {
  test('a 200 with a Content-Range: the part is labelled by what is stored', async () => {
    await using b = await bench({ '/r': ok(WHOLE, { headers: { ...kept, 'Content-Range': 'bytes 3-5/99' } }) })
    await fill(b)
    const part = await askWith(b, { Range: 'bytes=2-4' })
    expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, '234', 'bytes 2-4/10'])
  })

  test('Accept-Ranges: none is the origin’s word on itself', async () => {
    await using b = await bench({ '/r': ok(WHOLE, { headers: { ...kept, 'Accept-Ranges': 'none' } }) })
    await fill(b)
    const part = await askWith(b, { Range: 'bytes=2-4' })
    expect([part.status, part.text]).toEqual(part.status === 206 ? [206, '234'] : [200, WHOLE])
  })

  test('without a Date: a hit, a part and a 304 know their age', async () => {
    await using b = await bench({ '/r': ok(WHOLE, { headers: { ...kept, Date: null }, etag: '"e"' }) })
    await fill(b)
    await b.clock.advance(30_000)
    for (const headers of [{}, { Range: 'bytes=0-1' }, { 'If-None-Match': '"e"' }])
      expect((await askWith(b, headers)).headers.get('age')).toBe('30')
    expect(b.origin.hits()).toBe(1)
  })

  test('a strong and a weak tag at once, which is no tag', async () => {
    await using b = await bench({ '/r': ok(WHOLE, { headers: { ...kept, ETag: ['"a"', 'W/"b"'] } }) })
    await fill(b)
    expect(await askWith(b, { 'If-None-Match': '"x"' })).toMatchObject({ status: 200, text: WHOLE })
    expect(await askWith(b, { Range: 'bytes=0-1', 'If-Range': '"x"' })).toMatchObject({ status: 200, text: WHOLE })
  })

  test.each(['e', '"e', 'W/e', '"a"b"', "'e'"])('ETag: %s, which is none', async (etag) => {
    await using b = await bench({ '/r': ok(WHOLE, { headers: { ...kept, ETag: etag } }) })
    await fill(b)
    expect(await askWith(b, { 'If-None-Match': '"x"' })).toMatchObject({ status: 200, text: WHOLE })
    expect(await askWith(b, { Range: 'bytes=0-1', 'If-Range': '"x"' })).toMatchObject({ status: 200, text: WHOLE })
    expect([200, 304]).toContain((await askWith(b, { 'If-None-Match': etag })).status)
  })

  test('ETag: "2026-01-01 10:00", which has a blank: its server is asked with it, and says 304', async () => {
    await using b = await bench({
      '/r': ok(WHOLE, { headers: { 'Cache-Control': 'no-cache' }, etag: '"2026-01-01 10:00"', conditional: true }),
    })
    await fill(b)
    expect(await fill(b)).toBe(WHOLE)
    expect(b.origin.requests('/r')[1]).toMatchObject({ headers: { 'if-none-match': '"2026-01-01 10:00"' }, bytesSent: 0 })
  })
})
