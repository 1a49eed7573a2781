import { crc32 } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { type CachedFetch, createCachedFetch } from '../../../src/index.ts'
import { describeRedis } from '../../adapters/redis/servers.ts'
import { heard } from '../stores/given.ts'
import { bodyOf, judged, type Place, serve, sharedPlace } from './given.ts'

// What somebody else has put under our keys: a miss and a warning, never wrong bytes, and nothing of it gets into objects (X10, A09, A19).

/** A record as we write it, with any text in it: format 1, and a right checksum. */
function framed(text: string, body: Uint8Array = new Uint8Array(0)): Buffer {
  const json = Buffer.from(text)
  const head = Buffer.alloc(12)
  head.writeUInt32BE(0x68310001, 0)
  head.writeUInt32BE(json.length, 4)
  head.writeUInt32BE(crc32(Buffer.concat([json, body])), 8)
  return Buffer.concat([head, json, body])
}

/** The JSON of a record that we wrote. */
function textOf(record: Buffer): string {
  return record.toString('utf8', 12, 12 + record.readUInt32BE(4))
}

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`

const withField = (own: string, field: string): string => `${own.slice(0, -1)},${field}}`

/** By what stands there now, which for a chunk is no record. */
type Rubbish = (now: Buffer) => Buffer

const BYTES: readonly (readonly [string, Rubbish])[] = [
  ['nothing', () => Buffer.alloc(0)],
  ['text', () => Buffer.from('hello')],
  ['JSON without our head', () => Buffer.from('{"__proto__":{"polluted":1}}')],
  ['the base64 of an older cache', () => Buffer.from('":base64:aGVsbG8="')],
  ['a megabyte of noise', () => bodyOf('/b/1000000/noise')],
  ['another version of the format', (now) => Buffer.concat([Buffer.of(0x68, 0x31, 0, 2), now.subarray(4)])],
  ['a head and not JSON', () => framed('{]')],
  ['null', () => framed('null')],
  ['a number', () => framed('1')],
  ['a list', () => framed('[]')],
  ['a record without a key', () => framed('{}')],
  ['__proto__ with a key', () => framed('{"__proto__":{"key":"GET https://a/","polluted":1}}')],
  ['a hundred thousand levels', () => framed(deep(100_000))],
  ['its own half', (now) => now.subarray(0, now.length / 2)],
]

/** Records that name their own key, and are not what a record is. */
const CRAFTED: readonly (readonly [string, (own: string) => string])[] = [
  ['nothing but its key', (own) => JSON.stringify({ key: JSON.parse(own).key })],
  ['numbers for lists', (own) => own.replace(/:\[/g, ':1,"other":[')],
  ['null for lists', (own) => own.replace(/:\[/g, ':null,"other":[')],
  ['text for numbers', (own) => own.replace(/:(\d+)/g, ':"$1"')],
  ['null for all', (own) => own.replace(/"(?!key)(\w+)":("[^"]*"|\d+)/g, '"$1":null')],
  ['a status that is none', (own) => own.replace(/"status":\d+/, '"status":1e9')],
  ['headers that are none', (own) => own.replace(/"headers":\[/, '"headers":[["a b\\r\\nc","d"],')],
  ['a URL that is none', (own) => own.replace(/"url":"[^"]*"/, '"url":"none"')],
  ['a body as text', (own) => withField(own, '"body":"text","home":{"tier":"redis","bodyId":"x"},"facts":null')],
  ['__proto__ too', (own) => withField(own, '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}')],
  ['a hundred thousand levels in it', (own) => withField(own, `"more":${deep(100_000)}`)],
]

const PATHS = ['/b/100/a', '/b/70000/b', '/b/1100000/c']

type Filled = ReadonlyMap<string, Buffer>

/** What stands there after some fetches, with tags, pins, a policy and an invalidation: under each key of ours its bytes. */
async function filled(place: Place): Promise<Filled> {
  serve(place.origin, PATHS)
  const fetch = aProcess(place)
  for (const path of PATHS) {
    expect(await judged(fetch(place.origin.url(path), { holdfast: { tags: ['all'] } }), path)).toBe('right')
    await fetch.entry(place.origin.url(path)).pin()
    await fetch.entry(place.origin.url(path)).setPolicy({ ttl: '9d' })
  }
  await fetch.cache.invalidate({ tag: 'all' })
  for (const path of PATHS) expect(await judged(fetch(place.origin.url(path)), path)).toBe('right')
  await fetch.close()
  const keys = await place.keys('/v/h1:')
  return new Map(await Promise.all(keys.map(async (key) => [key, await bytesAt(place, key)] as const)))
}

async function bytesAt(place: Place, key: string): Promise<Buffer> {
  const value = await place.bytes(key)
  if (value === null) throw new Error(`${key} is gone`)
  return value
}

const aProcess = (place: Place): CachedFetch =>
  createCachedFetch({ tiers: [memory(), place.redis({ private: 'allow' })], storeTimeout: '5s', random: () => 0 })

const kindOf = (key: string): string => /h1:(\w):/.exec(key)?.[1] ?? ''

/** Puts it all there again, and something else in the place of what `changed` gives. */
async function plant(place: Place, good: Filled, changed: (key: string, now: Buffer) => Buffer | undefined): Promise<void> {
  await place.ask('FLUSHALL')
  for (const [key, now] of good) await place.ask('SET', key, changed(key, now) ?? now)
}

/** All is answered, healed by what is written meanwhile, and nothing gets where it does not belong. Gives what was said of it. */
async function expectAll(place: Place, looked?: (fetch: CachedFetch) => Promise<void>): Promise<string[]> {
  const fetch = aProcess(place)
  const [warnings, errors] = [heard(fetch, 'warning'), heard(fetch, 'tier-error')]
  for (const path of [...PATHS, ...PATHS]) expect(await judged(fetch(place.origin.url(path)), path)).toBe('right')
  for (const path of PATHS) await fetch.entry(place.origin.url(path)).label('seen')
  await looked?.(fetch)
  await fetch.close()
  const after = aProcess(place)
  for (const path of PATHS) expect(await judged(after(place.origin.url(path)), path)).toBe('right')
  for (const path of PATHS) expect(await after.entry(place.origin.url(path)).versions()).not.toEqual([])
  await after.close()
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  return [...warnings.map(({ warning }) => warning), ...errors.map(({ error }) => error.message)]
}

/** The whole of it can be looked over. */
async function lookedOver(fetch: CachedFetch): Promise<void> {
  await fetch.cache.audit({ repair: false })
  expect(await Array.fromAsync(fetch.cache.entries())).not.toEqual([])
}

describeRedis('X10', () => {
  const place = sharedPlace()
  let good: Filled
  beforeAll(async () => {
    good = await filled(place())
  })

  test('all kinds of key that a Redis alone is given stand there', () => {
    expect([...new Set([...good.keys()].map(kindOf))].toSorted()).toEqual(['c', 'e', 's', 't', 'v'])
  })

  test.each(BYTES)('%s under every key of ours: a miss and a warning', async (_what, rubbish) => {
    await plant(place(), good, (_key, now) => rubbish(now))
    expect((await expectAll(place(), lookedOver)).length).toBeGreaterThan(0)
  })

  test.each([
    ['a list', ['RPUSH', 'one']],
    ['a hash', ['HSET', '__proto__', 'polluted']],
    ['a set', ['SADD', 'one']],
  ])('%s in the place of every key of ours: a miss', async (_what, [command = '', ...words]) => {
    await place().ask('FLUSHALL')
    for (const key of good.keys()) await place().ask(command, key, ...words)
    const said = await expectAll(place())
    expect(said.filter((sentence) => !/another type|left alone|was not brought/.test(sentence))).toEqual([])
  })

  test.each(CRAFTED.flatMap(([what, text]) => ['e', 'vts'].map((kinds) => [what, kinds, text] as const)))(
    'a record with the right key and the right checksum: %s, in %s',
    async (_what, kinds, text) => {
      await plant(place(), good, (key, now) => {
        const body = now.subarray(12 + now.readUInt32BE(4))
        return kinds.includes(kindOf(key)) ? framed(text(textOf(now)), body) : undefined
      })
      const said = await expectAll(place(), lookedOver)
      for (const sentence of said) expect(sentence).toMatch(/^redis: a record is not used/)
    },
  )

  test("another URL's records under this URL's keys: a miss, for a record names its own key", async () => {
    const [mine = '', theirs = ''] = PATHS
    await plant(place(), good, () => undefined)
    const of = async (kind: string, path: string): Promise<string> => {
      const known = [...good.keys()].filter((key) => kindOf(key) === kind)
      return known.find((key) => textOf(good.get(key) as Buffer).includes(place().origin.url(path))) ?? ''
    }
    for (const kind of ['e', 'v']) await place().ask('COPY', await of(kind, theirs), await of(kind, mine), 'REPLACE')
    await using fetch = aProcess(place())
    const warnings = heard(fetch, 'warning')
    expect(await judged(fetch(place().origin.url(mine)), mine)).toBe('right')
    expect(warnings[0]?.warning).toMatch(/another key/)
  })
})
