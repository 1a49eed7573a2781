import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Init } from '../../../src/index.ts'
import { scratch } from '../../adapters/scratch.ts'
import { pseudoRandom } from '../../helpers/digest.ts'
import { type AnswerOptions, byRequest, gatedBody, inOrder, ok, status } from '../../helpers/origin/index.ts'
import { type Bench, bench, failureOf, textOf } from '../door/kit.ts'
import { ask, askWith, fill } from './given.ts'

const WHOLE = '0123456789'
const kept: AnswerOptions = { headers: { 'Cache-Control': 'max-age=60' }, etag: '"e"', ranges: true, conditional: true }
const PART: Init = { headers: { Range: 'bytes=2-7' } }
const KNOWN: Init = { headers: { 'If-None-Match': '"e"' } }

/** What 206 and 304 must be, whatever else the entry has been through. */
async function expectBoth(b: Bench, url = b.origin.url('/r')): Promise<void> {
  const part = await b.fetch(b.origin.url('/r'), PART)
  expect([part.status, part.url, await part.text(), part.headers.get('content-range')]).toEqual([
    206,
    url,
    '234567',
    'bytes 2-7/10',
  ])
  const known = await b.fetch(b.origin.url('/r'), KNOWN)
  expect([known.status, known.url, known.body]).toEqual([304, url, null])
}

describe('a part and a condition', () => {
  test('behind a followed redirect: url and redirected are those of the whole', async () => {
    await using b = await bench({
      '/r': status(301, { Location: '/there', 'Cache-Control': 'max-age=60' }),
      '/there': ok(WHOLE, kept),
    })
    await fill(b)
    await expectBoth(b, b.origin.url('/there'))
    expect((await b.fetch(b.origin.url('/r'), PART)).redirected).toBe(true)
    expect(b.origin.hits()).toBe(2)
    const manual = await b.fetch(b.origin.url('/r'), { ...PART, redirect: 'manual' })
    expect([manual.status, manual.headers.get('location')]).toEqual([301, '/there'])
  })

  test('of what was put by hand', async () => {
    await using b = await bench()
    const headers = { ETag: '"e"', 'Cache-Control': 'max-age=60' }
    await b.fetch.put(b.origin.url('/r'), new Response(WHOLE, { headers }))
    await expectBoth(b)
    expect(b.origin.hits()).toBe(0)
  })

  test('while another caller’s whole is still arriving', async () => {
    const slow = gatedBody(WHOLE, 5, kept)
    await using b = await bench({ '/r': inOrder(slow, ok(WHOLE, kept)) })
    const first = b.fetch(b.origin.url('/r'), { holdfast: { delivery: 'streaming' } })
    await slow.arrived
    const both = expectBoth(b)
    slow.release()
    expect(await textOf(first)).toBe(WHOLE)
    await both
    expect(await fill(b)).toBe(WHOLE)
  })

  test('under delivery streaming, from the store', async () => {
    await using b = await bench({ '/r': ok(WHOLE, kept) }, { delivery: 'streaming' })
    await fill(b)
    await expectBoth(b)
    expect(b.origin.hits()).toBe(1)
  })

  test('each of its own variant, and of its own partition', async () => {
    const step = byRequest((r) => {
      const mine = `${r.headers['x-v'] ?? '-'}${r.headers.cookie ?? '-'}`.padEnd(4, '.')
      return ok(mine, { headers: { 'Cache-Control': 'max-age=60', Vary: 'X-V' }, etag: `"${mine}"` })
    })
    await using b = await bench({ '/r': step })
    const callers = [{ 'X-V': '1' }, { 'X-V': '2' }, { 'X-V': '1', Cookie: 'c' }] as Record<string, string>[]
    const tags: string[] = []
    for (const headers of callers) tags.push((await askWith(b, headers)).headers.get('etag') ?? '')
    for (const [n, headers] of callers.entries()) {
      expect((await askWith(b, { ...headers, Range: 'bytes=0-1' })).text).toBe(tags[n]?.slice(1, 3))
      for (const tag of tags)
        expect((await askWith(b, { ...headers, 'If-None-Match': tag })).status).toBe(tag === tags[n] ? 304 : 200)
    }
    expect(b.origin.hits()).toBe(3)
  })

  test('under a ttl of the user’s, and key and group', async () => {
    const holdfast = { ttl: '1h', key: 'mine', group: 'g' }
    await using b = await bench({ '/r': ok(WHOLE, { etag: '"e"' }) })
    await fill(b, { holdfast })
    expect(await ask(b, { ...PART, holdfast })).toMatchObject({ status: 206, text: '234567' })
    expect((await ask(b, { ...KNOWN, holdfast })).status).toBe(304)
    expect(b.origin.hits()).toBe(1)
  })

  test('a 206 and a 304 that were given do not become what is stored', async () => {
    const file = join(scratch(), 'cache.db')
    await using b = await bench({ '/r': ok(WHOLE, kept) }, { tiers: [sqlite(file)] })
    await fill(b)
    await expectBoth(b)
    await b.fetch.close()
    const later = { ...b, fetch: b.open({ tiers: [memory(), sqlite(file)] }) }
    expect(await ask(later, { cache: 'only-if-cached' })).toMatchObject({ status: 200, text: WHOLE, outcome: 'hit' })
    expect((await ask(later)).headers.has('content-range')).toBe(false)
    await expectBoth(later)
  })

  test('a hundred at one moment', async () => {
    await using b = await bench({ '/r': ok(WHOLE, kept) })
    await fill(b)
    const texts = await Promise.all(Array.from({ length: 100 }, (_, n) => askWith(b, { Range: `bytes=${n % 10}-` })))
    for (const [n, { text }] of texts.entries()) expect(text).toBe(WHOLE.slice(n % 10))
  })
})

describe('a damaged body at rest', () => {
  test('no part of the damaged chunk is handed out; other chunks are', async () => {
    const body = pseudoRandom(3_500_000, 'parts')
    const file = join(scratch(), 'cache.db')
    await using b = await bench({ '/r': ok(body, { ...kept, ranges: false }) }, { tiers: [sqlite(file)] })
    await (await b.fetch(b.origin.url('/r'))).arrayBuffer()
    await b.fetch.close()
    const [name] = readdirSync(`${file}.bodies`)
    const path = join(`${file}.bodies`, String(name))
    const bytes = readFileSync(path)
    bytes[1_500_000] = (bytes[1_500_000] ?? 0) ^ 1
    writeFileSync(path, bytes)
    const fetch = b.open({ tiers: [sqlite(file)] })
    const read = async (range: string): Promise<Buffer> =>
      Buffer.from(await (await fetch(b.origin.url('/r'), { headers: { Range: range } })).arrayBuffer())
    expect((await read('bytes=100-199')).equals(body.subarray(100, 200))).toBe(true)
    const damaged = await read('bytes=1499990-1500010').catch((error: unknown) => error)
    expect(damaged instanceof Error || (damaged as Buffer).equals(body.subarray(1_499_990, 1_500_011))).toBe(true)
  })

  test('offline too', async () => {
    const store = sqlite(':memory:')
    const body = pseudoRandom(200_000, 'small')
    await using b = await bench({ '/r': ok(body, kept) }, { tiers: [store] })
    await (await b.fetch(b.origin.url('/r'))).arrayBuffer()
    for await (const key of store.keys('h1:c:')) {
      const chunk = (await store.get(key)) ?? new Uint8Array(0)
      chunk[777] = (chunk[777] ?? 0) ^ 4
      await store.set(key, chunk)
    }
    const offline = b.open({ tiers: [store], mode: 'offline' })
    const part = async (): Promise<string> => textOf(offline(b.origin.url('/r'), { headers: { Range: 'bytes=700-800' } }))
    expect(await failureOf(part())).toBeInstanceOf(Error)
  })
})
