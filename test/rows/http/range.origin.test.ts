import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { scratch } from '../../adapters/scratch.ts'
import { pseudoRandom } from '../../helpers/digest.ts'
import { gz, inOrder, ok, status } from '../../helpers/origin/index.ts'
import { type Bench, bench, die, failureOf, textOf } from '../door/kit.ts'
import { ask, askWith, fill, statusOrRefusal } from './given.ts'

const OLD = 'aaaaaaaaaa'
const NEW = 'bbbbbbbbbb'
const honours = { headers: { 'Cache-Control': 'max-age=60' }, ranges: true, conditional: true }
const range = { Range: 'bytes=2-4' }

describe('a Range with nothing stored passes through', () => {
  test('the 206 is the origin’s, is not kept, and the whole is asked for later', async () => {
    await using b = await bench({ '/r': ok(OLD, { ...honours, etag: '"a"' }) })
    const part = await askWith(b, range)
    expect(part).toMatchObject({ status: 206, text: 'aaa', outcome: 'bypass', says: { 'fwd-status': 206, stored: false } })
    expect(b.origin.requests('/r')[0]?.headers).toMatchObject({ range: 'bytes=2-4', 'accept-encoding': 'identity' })
    expect(await b.fetch.cache.has(b.origin.url('/r'))).toBe(false)
    expect(await fill(b)).toBe(OLD)
    expect(b.origin.hits()).toBe(2)
  })

  test('so does If-Range, and a 416', async () => {
    await using b = await bench({ '/r': ok(OLD, { ...honours, etag: '"a"' }) })
    expect(await askWith(b, { ...range, 'If-Range': '"x"' })).toMatchObject({ status: 200, text: OLD })
    await using c = await bench({ '/r': ok(OLD, { ...honours, etag: '"a"' }) })
    const none = await askWith(c, { Range: 'bytes=99-' })
    expect([none.status, none.headers.get('content-range')]).toEqual([416, 'bytes */10'])
    expect(await fill(c)).toBe(OLD)
  })

  test('only-if-cached refuses, offline too, and nothing is sent', async () => {
    await using b = await bench({ '/r': ok(OLD, honours) })
    expect(await statusOrRefusal(b, { cache: 'only-if-cached', headers: range })).toBe('NOT_CACHED')
    const offline = b.open({ mode: 'offline' })
    expect((await failureOf(offline(b.origin.url('/r'), { headers: range }))).code).toBe('NOT_CACHED')
    expect(b.origin.hits()).toBe(0)
  })

  test('offline a stored whole gives the part', async () => {
    const tier = memory()
    await using b = await bench({ '/r': ok(OLD, { ...honours, etag: '"a"' }) }, { tiers: [tier] })
    await fill(b)
    await b.clock.advance(90_000)
    const offline = b.open({ mode: 'offline', tiers: [tier] })
    const part = await offline(b.origin.url('/r'), { headers: range })
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, 'aaa', 'bytes 2-4/10'])
  })
})

describe('a Range on what is stale', () => {
  const staleWith = async (...later: [ReturnType<typeof ok>, ...ReturnType<typeof ok>[]]): Promise<Bench> => {
    const b = await bench({ '/r': inOrder(ok(OLD, { ...honours, etag: '"a"' }), ...later) })
    await fill(b)
    await b.clock.advance(90_000)
    return b
  }

  test('unchanged: the part, after the origin was asked', async () => {
    await using b = await staleWith(ok(OLD, { ...honours, etag: '"a"' }))
    expect(await askWith(b, range)).toMatchObject({ status: 206, text: 'aaa' })
    expect(b.origin.hits()).toBe(2)
    expect(await fill(b)).toBe(OLD)
  })

  test('changed: the part of the new one, and the whole is never a mixture', async () => {
    await using b = await staleWith(ok(NEW, { ...honours, etag: '"b"' }))
    const part = await askWith(b, range)
    expect([part.status, part.text]).toEqual(part.status === 206 ? [206, 'bbb'] : [200, NEW])
    expect(await fill(b)).toBe(NEW)
  })

  test('changed, and the caller holds the old one under If-Range: the whole new one', async () => {
    await using b = await staleWith(ok(NEW, { ...honours, etag: '"b"' }))
    expect(await askWith(b, { ...range, 'If-Range': '"a"' })).toMatchObject({ status: 200, text: NEW })
    expect(await fill(b)).toBe(NEW)
  })

  test('an origin without ranges: whole or part, but of the new one', async () => {
    await using b = await staleWith(ok(NEW, { headers: honours.headers, etag: '"b"' }))
    const part = await askWith(b, range)
    expect([part.status, part.text]).toEqual(part.status === 206 ? [206, 'bbb'] : [200, NEW])
    expect(await fill(b)).toBe(NEW)
  })

  test('the origin answers 503, or is gone: the part of the last good one', async () => {
    await using b = await staleWith(status(503))
    expect(await askWith(b, range)).toMatchObject({ status: 206, text: 'aaa', outcome: 'fallback' })
    await using c = await staleWith(status(503))
    await die(c.origin)
    const part = await askWith(c, { ...range, 'If-Range': '"a"' })
    expect(part).toMatchObject({ status: 206, text: 'aaa', outcome: 'fallback' })
    expect(part.headers.get('content-range')).toBe('bytes 2-4/10')
  })

  test('410: the answer, no part of what was', async () => {
    await using b = await staleWith(status(410, {}, 'gone'))
    expect(await askWith(b, range)).toMatchObject({ status: 410, text: 'gone' })
  })

  test('stale-while-revalidate gives the part at once', async () => {
    await using b = await staleWith(ok(OLD, { ...honours, etag: '"a"' }))
    const part = await askWith(b, range, { holdfast: { staleWhileRevalidate: '1h' } })
    expect(part).toMatchObject({ status: 206, text: 'aaa' })
    await b.fetch.idle()
    expect(await fill(b)).toBe(OLD)
  })
})

describe('a large body, in chunks or in a file', () => {
  const MEBIBYTE = 1024 * 1024
  const SIZE = 3 * MEBIBYTE + 123
  const bytes = pseudoRandom(SIZE)
  const spans: [string, number, number][] = [
    ['bytes=1048570-1048590', MEBIBYTE - 6, MEBIBYTE + 15],
    ['bytes=1048575-1048575', MEBIBYTE - 1, MEBIBYTE],
    ['bytes=1048576-1048576', MEBIBYTE, MEBIBYTE + 1],
    ['bytes=1048575-2097152', MEBIBYTE - 1, 2 * MEBIBYTE + 1],
    ['bytes=3145720-', 3 * MEBIBYTE - 8, SIZE],
    ['bytes=-5', SIZE - 5, SIZE],
    ['bytes=-2000000', SIZE - 2_000_000, SIZE],
    ['bytes=10-9999999', 10, SIZE],
  ]

  /** Each part as its headers and bytes say; the spans where something is wrong. */
  const wrongParts = async (b: Bench): Promise<string[]> => {
    const wrong: string[] = []
    for (const [text, start, end] of spans) {
      const part = await b.fetch(b.origin.url('/r'), { headers: { Range: text } })
      const said = [part.status, part.headers.get('content-range'), part.headers.get('content-length')].join(' ')
      const right = Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(start, end))
      if (!right || said !== `206 bytes ${start}-${end - 1}/${SIZE} ${end - start}`) wrong.push(`${text}: ${said}`)
    }
    return [...wrong, ...(b.origin.hits() === 1 ? [] : [`asked ${b.origin.hits()} times`])]
  }

  test('from SQLite, from memory before it, and by another instance over the same file', async () => {
    const file = join(scratch(), 'cache.db')
    const step = ok(bytes, { headers: { 'Cache-Control': 'max-age=600' }, etag: '"big"' })
    await using b = await bench({ '/r': step }, { tiers: [memory(), sqlite(file)] })
    await (await b.fetch(b.origin.url('/r'))).arrayBuffer()
    expect(await wrongParts(b)).toEqual([])
    await b.fetch.close()
    expect(await wrongParts({ ...b, fetch: b.open({ tiers: [sqlite(file)] }) })).toEqual([])
  })

  test('in memory, in chunks', async () => {
    await using b = await bench({ '/r': ok(bytes, { headers: { 'Cache-Control': 'max-age=600' } }) })
    await (await b.fetch(b.origin.url('/r'))).arrayBuffer()
    expect(await wrongParts(b)).toEqual([])
  })

  test('a part that nobody reads to its end does no harm', async () => {
    await using b = await bench({ '/r': ok(bytes, { headers: { 'Cache-Control': 'max-age=600' } }) })
    await (await b.fetch(b.origin.url('/r'))).arrayBuffer()
    const part = await b.fetch(b.origin.url('/r'), { headers: { Range: 'bytes=5-' } })
    const reader = part.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect(await wrongParts(b)).toEqual([])
  })
})

describe('a part is of the decoded bytes, for those are what is kept', () => {
  test('of a stored gzip', async () => {
    await using b = await bench({ '/r': gz('0123456789', { headers: { 'Cache-Control': 'max-age=60' } }) })
    expect(await textOf(b.fetch(b.origin.url('/r')))).toBe('0123456789')
    const part = await askWith(b, { Range: 'bytes=2-4' })
    expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, '234', 'bytes 2-4/10'])
    expect(part.headers.has('content-encoding')).toBe(false)
    expect((await ask(b)).text).toBe('0123456789')
  })
})
