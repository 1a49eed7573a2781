import { readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { createCachedFetch, type Init, inspect, type Store } from '../../../src/index.ts'
import { scratch } from '../../adapters/scratch.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { inOrder, ok, status } from '../../helpers/origin/index.ts'
import { given, rejection } from '../download/given.ts'

// `unpack`: what is downloaded is a packed file, and what is read is its content.
const text = Buffer.from(pseudoRandom(1_500_000).toString('hex'))
const packings = { gzip: gzipSync(text), deflate: deflateSync(text), br: brotliCompressSync(text) } as const
const places: [string, () => Store[]][] = [
  ['memory', () => [memory()]],
  ['sqlite', () => [sqlite(':memory:')]],
  ['memory that takes it not, then sqlite', () => [memory({ maxEntryBytes: '64KB' }), sqlite(':memory:')]],
]

describe.each(places)('over %s', (_, tiers) => {
  test.each(['gzip', 'deflate', 'br'] as const)(
    '%s: the content, at a miss and at a hit, and the original beside it',
    async (unpack) => {
      await using g = await given({ tiers: tiers(), ttl: '1h' })
      g.origin.script('/f', ok(packings[unpack], { headers: { 'Content-Type': 'application/octet-stream' } }))
      for (const outcome of ['miss', 'hit']) {
        const response = await g.fetch(g.origin.url('/f'), { holdfast: { unpack } })
        expect([inspect(response)?.outcome, response.headers.get('content-length')]).toEqual([outcome, null])
        expect(sha256(await response.bytes())).toBe(sha256(text))
      }
      expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(packings[unpack]))
      expect(g.origin.hits()).toBe(1)
    },
  )

  test('a part of the content', async () => {
    await using g = await given({ tiers: tiers(), ttl: '1h' })
    g.origin.script('/f', ok(packings.gzip))
    await g.fetch(g.origin.url('/f'))
    const part = await g.fetch(g.origin.url('/f'), { headers: { Range: 'bytes=-4' }, holdfast: { unpack: 'gzip' } })
    expect([part.status, await part.text()]).toEqual([206, text.subarray(-4).toString()])
  })
})

test('the original and its content stay beside each other', async () => {
  await using g = await given({ tiers: [sqlite(':memory:')], ttl: '1h' })
  g.origin.script('/f', ok(packings.gzip))
  const read = async (): Promise<Buffer> =>
    Buffer.from(await (await g.fetch(g.origin.url('/f'), { holdfast: { unpack: 'gzip' } })).bytes())
  expect(sha256(await read())).toBe(sha256(text))
  const original = await g.fetch(g.origin.url('/f'))
  expect(sha256(await original.bytes())).toBe(sha256(packings.gzip))
  expect(sha256(await read())).toBe(sha256(text))
})

test('content that its tier has given up, or that was damaged there, is derived anew', async () => {
  const file = join(scratch(), 'cache.db')
  await using g = await given({ tiers: [] })
  g.origin.script('/f', ok(packings.gzip))
  const read = async (): Promise<string> => {
    await using fetch = createCachedFetch({ tiers: [sqlite(file)], ttl: '1h', clock: g.clock })
    return sha256(await (await fetch(g.origin.url('/f'), { holdfast: { unpack: 'gzip' } })).bytes())
  }
  const derived = (): string[] =>
    readdirSync(`${file}.bodies`)
      .map((name) => join(`${file}.bodies`, name))
      .filter((path) => statSync(path).size >= text.length)
  for (const harm of [rmSync, (path: string) => truncateSync(path, 10)]) {
    expect(await read()).toBe(sha256(text))
    expect(derived()).toHaveLength(1)
    for (const path of derived()) harm(path)
  }
  expect(await read()).toBe(sha256(text))
  expect(g.origin.hits()).toBe(1)
})

test('a changed archive gives its new content', async () => {
  await using g = await given()
  g.origin.script('/f', inOrder(ok(gzipSync('one')), ok(gzipSync('two'))))
  const read = async (): Promise<string> => (await g.fetch(g.origin.url('/f'), { holdfast: { unpack: 'gzip' } })).text()
  expect([await read(), await read()]).toEqual(['one', 'two'])
})

test.each([
  ['cut', packings.gzip.subarray(0, 1000)],
  ['no archive at all', Buffer.from('plain text')],
  ['with rubbish behind', Buffer.concat([gzipSync('x'), Buffer.from('rubbish')])],
])('%s: BAD_ENCODING, and the original is there', async (_, packed) => {
  await using g = await given({ ttl: '1h', retry: false })
  g.origin.script('/f', ok(packed))
  expect((await rejection(g.fetch(g.origin.url('/f'), { holdfast: { unpack: 'gzip' } }))).code).toBe('BAD_ENCODING')
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(packed))
})

test('one that is stored and was cut is asked for again by who unpacks it, unless nothing may be sent', async () => {
  await using g = await given({ ttl: '1h', retry: false })
  g.origin.script('/f', inOrder(ok(packings.gzip.subarray(0, 1000)), ok(packings.gzip)))
  const read = (init: Init = {}): Promise<Response> => g.fetch(g.origin.url('/f'), { ...init, holdfast: { unpack: 'gzip' } })
  expect((await rejection(read())).code).toBe('BAD_ENCODING')
  expect((await rejection(read({ cache: 'only-if-cached' }))).code).toBe('BAD_ENCODING')
  expect(g.origin.hits()).toBe(1)
  expect(sha256(await (await read()).bytes())).toBe(sha256(text))
  expect(sha256(await (await read()).bytes())).toBe(sha256(text))
  expect(g.origin.hits()).toBe(2)
})

describe('a bomb ends with TOO_LARGE, long before it would end by itself', () => {
  const zeros = Buffer.alloc(64 * 1024 * 1024)
  // gzip makes a thousandth of zeros at best, brotli a hundred-thousandth.
  test.each([
    ['gzip', gzipSync(zeros.subarray(0, 42_000_000)), 42_000_000],
    ['br', brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } }), 34_000_000],
  ] as const)('%s', async (unpack, packed, most) => {
    await using g = await given({ ttl: '1h', tiers: [sqlite(':memory:')] })
    g.origin.script('/f', ok(packed))
    const { code, message } = await rejection(g.fetch(g.origin.url('/f'), { holdfast: { unpack } }))
    expect(code).toBe('TOO_LARGE')
    expect(Number(/have become (\d+)/.exec(message)?.[1])).toBeLessThan(most)
  })
})

test('HEAD and errors are left as they are', async () => {
  await using g = await given({ ttl: '1h', retry: false })
  g.origin.script('/f', ok(packings.gzip))
  const head = await g.fetch(g.origin.url('/f'), { method: 'HEAD', holdfast: { unpack: 'gzip' } })
  expect([head.status, head.body]).toEqual([200, null])
  g.origin.script('/nothing', status(404))
  const missing = await g.fetch(g.origin.url('/nothing'), { holdfast: { unpack: 'gzip' } })
  expect(missing.status).toBe(404)
})
