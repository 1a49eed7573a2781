import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { chunked, cut, notModified, ok, reset, type Step, status } from '../../helpers/origin/index.ts'
import { given, inspected, rejection, seen } from './given.ts'

const body = pseudoRandom(200_000)
const second = pseudoRandom(200_000, 'second')
const strong = { etag: '"1"', ranges: true }

async function download(steps: [Step, ...Step[]]) {
  const g = await given()
  g.origin.script('/f', ...steps)
  const response = await g.fetch(g.origin.url('/f'))
  const digest = sha256(await response.bytes())
  const { attempts, version } = inspected(response, 'miss')
  const requests = g.origin.requests('/f')
  await g[Symbol.asyncDispose]()
  return { digest, attempts, version, requests, ranges: requests.map(({ headers }) => headers.range) }
}

test('cut at 600 of 1000 bytes: the rest is asked for under If-Range, and only the rest is sent', async () => {
  const thousand = pseudoRandom(1000)
  const { requests, digest, attempts, version } = await download([cut(thousand, 600, strong), ok(thousand, strong)])
  expect(digest).toBe(sha256(thousand))
  expect(version.digest).toContain(sha256(thousand))
  expect(requests[1]?.headers).toMatchObject({ range: 'bytes=300-', 'if-range': '"1"', 'accept-encoding': 'identity' })
  expect(requests.map(({ bytesSent }) => bytesSent)).toEqual([600, 700])
  expect(attempts).toMatchObject([{ bytes: 600 }, { bytes: 400, resumedFrom: 600, status: 206 }])
})

test.each([
  ['memory', () => memory()],
  ['sqlite', () => sqlite(':memory:')],
])(
  'three cuts in a body of 3 MB, on %s: each goes on where the last broke off, and the digest is of the whole',
  async (_, open) => {
    const big = pseudoRandom(3_000_000)
    await using g = await given({ tiers: [open()] })
    g.origin.script('/f', cut(big, 1_000_000, strong), reset(big, 600_000, strong), cut(big, 1, strong), ok(big, strong))
    const response = await g.fetch(g.origin.url('/f'))
    expect(sha256(await response.bytes())).toBe(sha256(big))
    expect(inspected(response, 'miss').version).toMatchObject({ size: 3_000_000, status: 200 })
    expect(response.headers.get('content-range')).toBeNull()
    const sent = g.origin.requests('/f').reduce((sum, { bytesSent }) => sum + bytesSent, 0)
    expect(sent).toBeLessThanOrEqual(3_000_000 + 3 * 1024 * 1024)
    expect(g.told('progress').at(-1)).toMatchObject({ bytes: 3_000_000, total: 3_000_000 })
    const again = await g.fetch(g.origin.url('/f'), { cache: 'only-if-cached', mode: 'same-origin' })
    expect(sha256(await again.bytes())).toBe(sha256(big))
  },
)

const KIB = 1024
const places = [
  0,
  1,
  2,
  63,
  64,
  KIB - 1,
  KIB + 1,
  64 * KIB - 1,
  64 * KIB,
  64 * KIB + 1,
  1024 * KIB - 1,
  1024 * KIB,
  1024 * KIB + 1,
  1_199_999,
]
test.each([
  ['cut', (whole: Buffer, at: number) => cut(whole, at, strong)],
  ['cut in chunks', (whole: Buffer, at: number) => chunked(whole, { ...strong, cutAt: at })],
])('%s at any place: right, with two requests and no more than a chunk twice', async (_, broken) => {
  const whole = pseudoRandom(1_200_000)
  await using g = await given()
  for (const at of places) {
    g.origin.script(`/${at}`, broken(whole, at), ok(whole, strong))
    const response = await g.fetch(g.origin.url(`/${at}`))
    expect(sha256(await response.bytes()), `at ${at}`).toBe(sha256(whole))
    expect(g.origin.hits(`/${at}`), `at ${at}`).toBe(2)
    expect(g.origin.requests(`/${at}`)[1]?.bytesSent, `at ${at}`).toBeLessThanOrEqual(Math.min(1_200_000, 2_248_576 - at))
  }
})

test('reset at any place: right', async () => {
  await using g = await given()
  for (const at of [0, 1, 64 * KIB, 1024 * KIB, 1_199_999]) {
    const whole = pseudoRandom(1_200_000)
    g.origin.script(`/${at}`, reset(whole, at, strong), ok(whole, strong))
    expect(sha256(await (await g.fetch(g.origin.url(`/${at}`))).bytes()), `at ${at}`).toBe(sha256(whole))
    expect(g.origin.hits(`/${at}`), `at ${at}`).toBe(2)
  }
})

test('all bytes are here and only the end of the chunks is missing: a part with nothing new is the end', async () => {
  const { digest, requests, attempts } = await download([chunked(body, { ...strong, bad: 'unterminated' }), ok(body, strong)])
  expect(digest).toBe(sha256(body))
  expect(requests[1]?.headers.range).toBe('bytes=198976-')
  expect(requests).toHaveLength(2)
  expect(requests[1]?.bytesSent).toBe(1024)
  expect(attempts.map(({ status: code }) => code)).toEqual([200, 206])
})

test('a 416 that speaks of another size, or another tag, is no end: the text of it is no body', async () => {
  const half = chunked(body, { ...strong, cutAt: 65_536 })
  const no = (size: number, etag: string): Step =>
    status(416, { 'Content-Range': `bytes */${size}`, ETag: etag }, 'no such range')
  for (const refusal of [no(200_000, '"1"'), no(65_536, '"2"'), status(416, {}, 'no such range')]) {
    const { digest } = await download([half, refusal, ok(body, strong)])
    expect(digest).toBe(sha256(body))
  }
})

test('failures between keep the part: their text is no part of the body', async () => {
  const between = [status(503, {}, 'busy busy busy'), status(500, {}, 'broken')]
  const { digest, ranges } = await download([cut(body, '50%', strong), ...between, ok(body, strong)])
  expect(digest).toBe(sha256(body))
  expect(ranges).toEqual([undefined, 'bytes=98976-', 'bytes=98976-', 'bytes=98976-'])
})

test('a 404 between is asked about once more; if it stays, it is the answer, and no end of the body', async () => {
  const { digest, ranges } = await download([cut(body, '50%', strong), status(404, {}, 'gone'), ok(body, strong)])
  expect(digest).toBe(sha256(body))
  expect(ranges[2]).toBe('bytes=98976-')
  await using g = await given()
  g.origin.script('/f', cut(body, '50%', strong), status(404, {}, 'gone'))
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 404, text: 'gone' })
})

test('a 304 to a resume is no answer: asked again', async () => {
  const { digest } = await download([cut(body, '50%', strong), notModified(strong), ok(body, strong)])
  expect(digest).toBe(sha256(body))
})

const MINUTE = 60_000
const dated = (ago: number) => ({ lastModified: Date.UTC(2026, 0, 15, 12) - ago, ranges: true })
describe('without a strong validator nothing is resumed', () => {
  test.each<[string, object]>([
    ['a weak ETag', { etag: 'W/"1"', ranges: true }],
    ['a weak ETag and an old Last-Modified', { etag: 'W/"1"', ...dated(60 * MINUTE) }],
    ['no validator', { ranges: true }],
    ['a Last-Modified of this very minute', dated(MINUTE / 2)],
  ])('%s', async (_, options) => {
    const { digest, ranges } = await download([cut(body, '50%', options), ok(second, options)])
    expect(digest).toBe(sha256(second))
    expect(ranges).toEqual([undefined, undefined])
  })

  test('a Last-Modified that is old enough is one', async () => {
    const options = dated(60 * MINUTE)
    const { digest, ranges, requests } = await download([cut(body, '50%', options), ok(body, options)])
    expect(digest).toBe(sha256(body))
    expect(ranges[1]).toBe('bytes=98976-')
    expect(requests[1]?.headers['if-range']).toBe('Thu, 15 Jan 2026 11:00:00 GMT')
  })
})

test('a broken body that never gains anything comes to an end', async () => {
  await using g = await given()
  g.origin.script('/f', cut(body, '90%', { etag: '"1"' }))
  const error = await rejection(g.fetch(g.origin.url('/f')))
  expect(error.code).toBe('TRUNCATED')
  expect(g.origin.hits('/f')).toBeLessThanOrEqual(12)
})

test('a part of which nobody asked is not the whole', async () => {
  const part = status(206, { 'Content-Range': 'bytes 0-99999/200000', ETag: '"1"' }, body.subarray(0, 100_000))
  await using g = await given()
  g.origin.script('/once', part, ok(body, strong))
  g.origin.script('/always', part)
  const once = await g.fetch(g.origin.url('/once')).then((response) => response.bytes())
  expect(sha256(once)).toBe(sha256(body))
  expect((await rejection(g.fetch(g.origin.url('/always')))).code).toBe('PROTOCOL')
})
