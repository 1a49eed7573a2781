import { describe, expect, test } from 'vitest'
import { inspect } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { type Bench, bench } from '../door/kit.ts'
import { ask, askWith, fill } from './given.ts'

const WHOLE = '0123456789'
const LAST_MODIFIED = 'Wed, 01 Jan 2025 00:00:00 GMT'
const kept = { headers: { 'Cache-Control': 'max-age=60' }, etag: '"e"', lastModified: LAST_MODIFIED }

/** The origin ignores ranges, so whatever part a caller gets was cut here. */
async function stocked(body = WHOLE, options: object = kept): Promise<Bench> {
  const b = await bench({ '/r': ok(body, options) })
  expect(await fill(b)).toBe(body)
  return b
}

describe('one range of a stored whole (RFC 9110, 14.1 and 14.2)', () => {
  test.each([
    ['bytes=0-1', '01', 'bytes 0-1/10'],
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=9-9', '9', 'bytes 9-9/10'],
    ['bytes=5-', '56789', 'bytes 5-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
    ['bytes=2-99999999999999999999999999', '23456789', 'bytes 2-9/10'],
    ['bytes=0000002-04', '234', 'bytes 2-4/10'],
    ['bytes=3-3', '3', 'bytes 3-3/10'],
  ])('%s', async (range, text, contentRange) => {
    await using b = await stocked()
    const part = await askWith(b, { Range: range })
    expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, text, contentRange])
    expect(part.headers.get('content-length')).toBe(String(text.length))
    expect(b.origin.hits()).toBe(1)
    expect((await ask(b)).text).toBe(WHOLE)
  })

  test.each(['bytes=0-', 'bytes=-10', 'bytes=-99', 'bytes=0-9', 'bytes=-99999999999999999999999'])(
    '%s is all of it: 206 or 200, and whole',
    async (range) => {
      await using b = await stocked()
      const part = await askWith(b, { Range: range })
      expect(part.text).toBe(WHOLE)
      expect([part.status, part.headers.get('content-range')]).toEqual(part.status === 206 ? [206, 'bytes 0-9/10'] : [200, null])
      expect(b.origin.hits()).toBe(1)
    },
  )

  test.each(['Bytes=0-1', 'bytes=,0-1', 'bytes=0-1,', 'bytes= 0-1', 'bytes=0-1 '])(
    '%j may be read or ignored, but not misread',
    async (range) => {
      await using b = await stocked()
      const part = await askWith(b, { Range: range })
      expect([part.status, part.text]).toEqual(part.status === 206 ? [206, '01'] : [200, WHOLE])
    },
  )
})

describe('a range that is not there: 416 (15.5.17)', () => {
  test.each(['bytes=10-', 'bytes=10-12', 'bytes=99-100', 'bytes=-0', 'bytes=99999999999999999999999-', 'bytes=20-,30-31'])(
    '%s',
    async (range) => {
      await using b = await stocked()
      const none = await askWith(b, { Range: range })
      expect([none.status, none.headers.get('content-range')]).toEqual([416, 'bytes */10'])
      expect(none.text).not.toContain(WHOLE)
      expect(b.origin.hits()).toBe(1)
      expect(await ask(b)).toMatchObject({ status: 200, text: WHOLE, says: { hit: true } })
    },
  )

  test('an empty whole has no first byte', async () => {
    await using b = await stocked('')
    const none = await askWith(b, { Range: 'bytes=0-' })
    expect([none.status, none.headers.get('content-range'), none.text]).toEqual([416, 'bytes */0', ''])
    const tail = await askWith(b, { Range: 'bytes=-5' })
    expect([200, 416]).toContain(tail.status)
    expect(tail.text).toBe('')
  })
})

describe('what is no range is no request for a part', () => {
  test.each([
    'bytes=5-2',
    'bytes=a-b',
    'bytes',
    'bytes=',
    'bytes=-',
    '0-1',
    'bytes 0-1',
    'bytes=0-1-2',
    'bytes=--1',
    'bytes=0x1-2',
    'bytes=1.5-3',
    'bytes=+1-2',
    'bytes=0-1;4-5',
    'bytes=0-1,bytes=4-5',
    'bytes=0-1,5-2',
    'bytes=0-1, x',
    '=0-1',
    'bytes=1 -2',
    'bytes=٠-١'.replaceAll(/[٠١]/g, '\u00b2'),
    'lines=0-1',
    'none=0-1',
    'items=5-',
    'bytesx=0-1',
  ])('%s gets the whole from the store', async (range) => {
    await using b = await stocked()
    expect(await askWith(b, { Range: range })).toMatchObject({ status: 200, text: WHOLE, says: { hit: true } })
    expect(b.origin.hits()).toBe(1)
  })

  test('200 has no Content-Range', async () => {
    await using b = await stocked()
    expect((await askWith(b, { Range: 'lines=0-1' })).headers.has('content-range')).toBe(false)
  })

  test('HEAD has no ranges (14.2)', async () => {
    await using b = await stocked()
    const head = await askWith(b, { Range: 'bytes=0-1' }, { method: 'HEAD' })
    expect([head.status, head.text, head.headers.get('content-range')]).toEqual([200, '', null])
    expect(['10', null]).toContain(head.headers.get('content-length'))
    const beyond = await askWith(b, { Range: 'bytes=99-' }, { method: 'HEAD' })
    expect(beyond.status).toBe(200)
  })

  test.each([404, 410])('a stored %i has none: ranges are of a 200 (14.2, "would be 200")', async (status) => {
    await using b = await stocked('not there', { ...kept, status })
    expect(await askWith(b, { Range: 'bytes=0-1' })).toMatchObject({ status, text: 'not there' })
  })
})

describe('what the 206 says of itself (15.3.7)', () => {
  const fields = {
    'Cache-Control': 'max-age=60',
    'Content-Location': '/r.en',
    'Content-Type': 'text/x-digits',
    Expires: 'Thu, 01 Jan 2026 00:00:00 GMT',
    Vary: 'Accept-Language',
    'X-Own': 'kept',
  }

  test('all that the 200 said, but for the length; and that it is a hit', async () => {
    await using b = await stocked(WHOLE, { ...kept, headers: fields })
    const { headers: whole } = await ask(b)
    await b.clock.advance(30_000)
    const { headers, says, outcome } = await askWith(b, { Range: 'bytes=2-4' })
    for (const name of [
      'etag',
      'date',
      'cache-control',
      'content-location',
      'expires',
      'vary',
      'content-type',
      'x-own',
      'last-modified',
    ])
      expect([name, headers.get(name)]).toEqual([name, whole.get(name)])
    expect([headers.get('age'), headers.get('content-range'), headers.get('content-length')]).toEqual(['30', 'bytes 2-4/10', '3'])
    expect(says).toMatchObject({ hit: true, ttl: 30 })
    expect(outcome).toBe('hit')
  })

  test('url, type, statusText and ok are those of fetch', async () => {
    await using b = await stocked()
    const whole = await b.fetch(b.origin.url('/r'))
    const part = await b.fetch(b.origin.url('/r'), { headers: { Range: 'bytes=2-4' } })
    expect([part.url, part.type, part.ok, part.redirected]).toEqual([whole.url, whole.type, true, false])
    expect(['Partial Content', '']).toContain(part.statusText)
    expect(inspect(part)).toMatchObject({ outcome: 'hit', tier: 'memory', attempts: [], version: { size: 10, status: 200 } })
    expect(await part.clone().text()).toBe(await part.text())
  })
})
