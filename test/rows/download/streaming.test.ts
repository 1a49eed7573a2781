import { describe, expect, test } from 'vitest'
import { HoldfastError, inspect } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { chunked, cut, gatedBody, hang, ok, type Step, status } from '../../helpers/origin/index.ts'
import { isSettled, rounds, turnUntil } from '../../helpers/turning.ts'
import { given, inspected, seen } from './given.ts'
import { readerOf, take, untilBroken } from './reading.ts'

const MIB = 1024 * 1024
const body = pseudoRandom(4 * MIB)
const strong = { etag: '"1"', ranges: true }
const csv = { headers: { 'Content-Type': 'text/csv' } }
const streaming = { holdfast: { delivery: 'streaming' as const } }

const rest = (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Buffer> => take(reader, Number.POSITIVE_INFINITY)

describe("delivery: 'streaming'", () => {
  test('the headers come before the body has, and bytes while it arrives; the last chunk waits for the end', async () => {
    await using g = await given({ ttl: '1h' })
    const late = gatedBody(body, 3.5 * MIB, strong)
    g.origin.script('/f', late)
    const response = await g.fetch(g.origin.url('/f'), streaming)
    expect(response.headers.get('etag')).toBe('"1"')
    await late.arrived
    const reader = readerOf(response)
    const first = await take(reader, MIB)
    expect(first.equals(body.subarray(0, first.length))).toBe(true)
    const second = take(reader, 3.5 * MIB)
    expect(await isSettled(second)).toBe(false)
    late.release()
    expect(sha256(Buffer.concat([first, await second, await rest(reader)]))).toBe(sha256(body))
    await g.fetch.idle()
    expect(g.origin.hits()).toBe(1)
    const again = await g.fetch(g.origin.url('/f'))
    expect(inspected(again, 'hit').version.digest).toContain(sha256(body))
    expect(sha256(await again.bytes())).toBe(sha256(body))
  })

  test('a break is resumed unseen', async () => {
    await using g = await given()
    g.origin.script('/f', cut(body, '90%', strong), status(503), ok(body, strong))
    const response = await g.fetch(g.origin.url('/f'), streaming)
    expect(sha256(await response.bytes())).toBe(sha256(body))
    expect(g.origin.requests('/f').map(({ headers }) => headers.range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=\d+-$/),
      expect.stringMatching(/^bytes=\d+-$/),
    ])
  })

  test.each<[string, [Step, ...Step[]]]>([
    ['that cannot be resumed, and has changed since', [cut(body, '90%'), ok(pseudoRandom(4 * MIB, 'changed'))]],
    [
      'that has another tag since',
      [cut(body, '90%', strong), ok(pseudoRandom(4 * MIB, 'changed'), { etag: '"2"', ranges: true })],
    ],
    ['for ever', [cut(body, '90%')]],
    ['in chunks, for ever', [chunked(body, { cutAt: '90%' })]],
  ])('a break %s breaks the stream, after right bytes only', async (_, steps) => {
    await using g = await given()
    g.origin.script('/f', ...steps)
    const { bytes, error } = await untilBroken(await g.fetch(g.origin.url('/f'), streaming))
    expect(bytes.equals(body.subarray(0, bytes.length))).toBe(true)
    expect(error).toBeInstanceOf(HoldfastError)
    expect(error).toMatchObject({ code: 'TRUNCATED', url: g.origin.url('/f') })
  })

  test('a body that starts from zero after a break is whole or breaks, and never ends quietly', async () => {
    await using g = await given()
    g.origin.script('/f', cut(body, '90%', { etag: '"1"' }), ok(body, { etag: '"1"' }))
    const { bytes, error } = await untilBroken(await g.fetch(g.origin.url('/f'), streaming))
    const whole = sha256(bytes) === sha256(body)
    expect(whole ? error === undefined : error instanceof HoldfastError).toBe(true)
  })

  test.each<[string, Step, string]>([
    [
      'gone since: nothing of the error page comes under 200',
      status(404, { 'Content-Type': 'text/csv' }, 'not here'),
      'TRUNCATED',
    ],
    [
      'of another type since: nothing of it comes under the first',
      ok('<html>', { headers: { 'Content-Type': 'text/html' } }),
      'TRUNCATED',
    ],
    ['longer since: nothing comes under a Content-Length that is not its own', ok('a,b,c,d', csv), 'TRUNCATED'],
    ['longer since, and does not say so: all of it never ends under that Content-Length', chunked('a,b,c,d', csv), 'TRUNCATED'],
    ['shorter since, and does not say so: neither does that', chunked('a,b', csv), 'TRUNCATED'],
    ['sent whole now, in chunks: that', chunked('a,b,c', csv), 'a,b,c'],
    ['sent whole now: that', ok('a,b,c', csv), 'a,b,c'],
  ])('a body that breaks before any of it was handed out, and is %s', async (_, then, comes) => {
    await using g = await given()
    const late = Promise.withResolvers<void>()
    const broken: Step = async (exchange) => {
      await exchange.head(200, { 'Content-Type': 'text/csv', 'Content-Length': '5' })
      await exchange.send(Buffer.from('a'))
      await exchange.until(late.promise)
      exchange.destroy()
    }
    g.origin.script('/f', broken, then)
    const response = await g.fetch(g.origin.url('/f'), streaming)
    late.resolve()
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv'])
    expect(await response.text().catch((error: HoldfastError) => error.code)).toBe(comes)
  })

  const [monday, tuesday] = ['Mon, 02 Nov 2026 08:00:00 GMT', 'Tue, 03 Nov 2026 08:00:00 GMT']
  test.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['has another tag since', { ETag: '"1"' }, { ETag: '"2"', 'Last-Modified': monday }, 'TRUNCATED'],
    ['has no tag any more', { ETag: '"1"' }, {}, 'TRUNCATED'],
    ['has a later date', { 'Last-Modified': monday }, { 'Last-Modified': tuesday }, 'TRUNCATED'],
    ['has the same tag, weak by now', { ETag: '"1"' }, { ETag: 'W/"1"' }, 'a,b,c'],
    ['comes plain by now, as from Apache', { ETag: '"1-gzip"' }, { ETag: '"1"' }, 'a,b,c'],
    ['has the same date', { 'Last-Modified': monday }, { 'Last-Modified': monday }, 'a,b,c'],
  ])('a body that breaks before any of it was handed out, and %s', async (_, before, since, comes) => {
    await using g = await given()
    const late = Promise.withResolvers<void>()
    const broken: Step = async (exchange) => {
      await exchange.head(200, { ...before, 'Content-Length': '5' })
      await exchange.send(Buffer.from('a'))
      await exchange.until(late.promise)
      exchange.destroy()
    }
    g.origin.script('/f', broken, ok('a,b,c', { headers: since }))
    const response = await g.fetch(g.origin.url('/f'), streaming)
    late.resolve()
    expect(await response.text().catch((error: HoldfastError) => error.code)).toBe(comes)
    await g.fetch.idle()
    expect(await seen(g.fetch(g.origin.url('/f'), { cache: 'force-cache' }))).toMatchObject({ text: 'a,b,c' })
  })

  test('a reader that stops early does not lose the copy in the store', async () => {
    await using g = await given({ ttl: '1h' })
    const late = gatedBody(body, 2 * MIB, strong)
    g.origin.script('/f', late)
    const reader = readerOf(await g.fetch(g.origin.url('/f'), streaming))
    await take(reader, MIB)
    await reader.cancel()
    late.release()
    await turnUntil(g.clock, g.fetch.idle())
    expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
    expect(g.origin.hits()).toBe(1)
  })

  test('a reader that stands still holds back neither another one nor the store', async () => {
    await using g = await given({ ttl: '1h' })
    const late = gatedBody(body, MIB, strong)
    g.origin.script('/f', late)
    const slow = await g.fetch(g.origin.url('/f'), streaming)
    await late.arrived
    const fast = g.fetch(g.origin.url('/f'), streaming).then((response) => response.bytes())
    await rounds()
    late.release()
    expect(sha256(await fast)).toBe(sha256(body))
    await turnUntil(g.clock, g.fetch.idle())
    expect(inspect(await g.fetch(g.origin.url('/f')))?.outcome).toBe('hit')
    expect(sha256(await slow.bytes())).toBe(sha256(body))
    expect(g.origin.hits()).toBe(1)
  })

  test('with a version stored, failures before the headers fall back as ever', async () => {
    await using g = await given()
    g.origin.script('/f', ok('v1'), hang())
    await g.fetch(g.origin.url('/f'))
    const answer = await turnUntil(g.clock, seen(g.fetch(g.origin.url('/f'), streaming)), { limit: 10_300 })
    expect(answer).toEqual({ status: 200, text: 'v1', outcome: 'fallback' })
  })

  test('an error status is an answer, a hit a hit', async () => {
    await using g = await given({ ttl: '1h', retry: false })
    g.origin.script('/bad', status(503, {}, 'busy'))
    g.origin.script('/f', ok('v1'))
    expect(await seen(g.fetch(g.origin.url('/bad'), streaming))).toMatchObject({ status: 503, text: 'busy' })
    expect(await seen(g.fetch(g.origin.url('/f'), streaming))).toMatchObject({ text: 'v1', outcome: 'miss' })
    await g.fetch.idle()
    expect(await seen(g.fetch(g.origin.url('/f'), streaming))).toMatchObject({ text: 'v1', outcome: 'hit' })
  })
})
