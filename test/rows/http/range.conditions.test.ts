import { describe, expect, test } from 'vitest'
import { ok } from '../../helpers/origin/index.ts'
import { type Bench, bench } from '../door/kit.ts'
import { ask, askWith, DAY, dateBefore, dated, fill } from './given.ts'

const WHOLE = '0123456789'
const LAST_MODIFIED = 'Wed, 01 Jan 2025 00:00:00 GMT'
const control = { 'Cache-Control': 'max-age=60' }

async function stocked(options: object): Promise<Bench> {
  const b = await bench({ '/r': ok(WHOLE, { headers: control, ...options }) })
  await fill(b)
  return b
}

describe('If-Range (RFC 9110, 13.1.5) over a stored whole', () => {
  const strong = { etag: '"e"', lastModified: LAST_MODIFIED }
  const weak = { etag: 'W/"e"', lastModified: LAST_MODIFIED }
  const none = {}
  const rows: [string, object, string, number][] = [
    ['the same strong tag', strong, '"e"', 206],
    ['another tag', strong, '"x"', 200],
    ['a tag that differs in case', strong, '"E"', 200],
    ['a weak form of the strong tag', strong, 'W/"e"', 200],
    ['a strong form of a weak tag', weak, '"e"', 200],
    ['the weak tag itself: never strong', weak, 'W/"e"', 200],
    ['a tag where none is stored', none, '"e"', 200],
    ['the very date', { lastModified: LAST_MODIFIED }, LAST_MODIFIED, 206],
    ['an earlier date', strong, 'Tue, 31 Dec 2024 00:00:00 GMT', 200],
    ['a later date: it is no If-Unmodified-Since', strong, 'Thu, 02 Jan 2025 00:00:00 GMT', 200],
    ['a date where none is stored', { etag: '"e"' }, LAST_MODIFIED, 200],
    ['nothing that is a validator', strong, 'e', 200],
    ['a list, which it cannot be', strong, '"x", "e"', 200],
    ['a star, which it cannot be', strong, '*', 200],
  ]
  test.each(rows)('%s', async (_, options, ifRange, status) => {
    await using b = await stocked(options)
    const answer = await askWith(b, { Range: 'bytes=2-4', 'If-Range': ifRange })
    expect([answer.status, answer.text]).toEqual(status === 206 ? [206, '234'] : [200, WHOLE])
    expect(answer.headers.get('content-range')).toBe(status === 206 ? 'bytes 2-4/10' : null)
    expect(b.origin.hits()).toBe(1)
  })

  test('a date in the same second as the Date of the answer proves nothing (8.8.2.2)', async () => {
    await using b = await bench({ '/r': dated(WHOLE, (now) => ({ ...control, 'Last-Modified': dateBefore(now, 0) })) })
    await fill(b)
    const date = dateBefore(b.clock.now(), 0)
    expect(await askWith(b, { Range: 'bytes=2-4', 'If-Range': date })).toMatchObject({ status: 200, text: WHOLE })
  })

  test('without a Range it says nothing', async () => {
    await using b = await stocked(strong)
    expect(await askWith(b, { 'If-Range': '"e"' })).toMatchObject({ status: 200, text: WHOLE })
    expect(await askWith(b, { 'If-Range': '"x"' })).toMatchObject({ status: 200, text: WHOLE })
  })

  test('and a range that is not there: 416 if it holds, the whole if it does not', async () => {
    await using b = await stocked(strong)
    expect((await askWith(b, { Range: 'bytes=99-', 'If-Range': '"e"' })).status).toBe(416)
    expect(await askWith(b, { Range: 'bytes=99-', 'If-Range': '"x"' })).toMatchObject({ status: 200, text: WHOLE })
  })
})

describe('If-None-Match and If-Modified-Since go before Range (13.2.2)', () => {
  test('a match is 304, also where the range is not there', async () => {
    await using b = await stocked({ etag: '"e"', lastModified: LAST_MODIFIED })
    for (const range of ['bytes=2-4', 'bytes=99-'])
      for (const condition of [{ 'If-None-Match': '"e"' }, { 'If-Modified-Since': LAST_MODIFIED }])
        expect(await askWith(b, { Range: range, ...condition })).toMatchObject({ status: 304, text: '' })
    expect(b.origin.hits()).toBe(1)
  })

  test('no match goes on to the range', async () => {
    await using b = await stocked({ etag: '"e"' })
    expect(await askWith(b, { Range: 'bytes=2-4', 'If-None-Match': '"x"' })).toMatchObject({ status: 206, text: '234' })
    expect(b.origin.hits()).toBe(1)
  })
})

describe('Range with a stored answer that may not be used as it is', () => {
  test('init.cache: the store where the mode allows it, the origin where it demands it', async () => {
    const rows: [NonNullable<RequestInit['cache']>, { hits: number }][] = [
      ['default', { hits: 0 }],
      ['force-cache', { hits: 0 }],
      ['only-if-cached', { hits: 0 }],
      ['no-cache', { hits: 1 }],
      ['reload', { hits: 1 }],
      ['no-store', { hits: 1 }],
    ]
    for (const [cache, { hits }] of rows) {
      await using b = await bench({ '/r': ok(WHOLE, { headers: control, etag: '"e"', ranges: true, conditional: true }) })
      await fill(b)
      const part = await askWith(b, { Range: 'bytes=2-4' }, { cache })
      expect([cache, part.status, part.text]).toEqual([cache, 206, '234'])
      expect([cache, b.origin.hits() - 1]).toEqual([cache, hits])
      expect((await ask(b)).text).toBe(WHOLE)
    }
  })

  test.each(['force-cache', 'only-if-cached'] as const)('%s takes the part from a stale whole', async (cache) => {
    await using b = await stocked({ etag: '"e"' })
    await b.clock.advance(DAY)
    expect(await askWith(b, { Range: 'bytes=2-4' }, { cache })).toMatchObject({ status: 206, text: '234' })
    expect(b.origin.hits()).toBe(1)
  })

  test('a request directive that the age breaks asks the origin', async () => {
    await using b = await bench({ '/r': ok(WHOLE, { headers: control, etag: '"e"', ranges: true, conditional: true }) })
    await fill(b)
    await b.clock.advance(20_000)
    const part = await askWith(b, { Range: 'bytes=2-4', 'Cache-Control': 'max-age=10' })
    expect([part.status, part.text, b.origin.hits()]).toEqual([206, '234', 2])
  })
})
