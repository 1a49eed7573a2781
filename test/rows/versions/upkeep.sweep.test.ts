import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { given, rejection, seen } from '../download/given.ts'
import { bodyIds, folder, get, HOUR, listed, names, places } from './upkeep.ts'

const NOTHING = { versions: 0, bodies: 0, partials: 0, bytes: 0 }
const BIG = Buffer.alloc(1_300_000, 'big')
const MIDDLE = Buffer.alloc(200_000, 'middle')

/** Bodies above 64 KiB as chunks under keys, or as files from 1 MiB on. */
const kinds: [string, Buffer, () => Store][] = [
  ['files', BIG, () => sqlite(join(folder(), 'cache.db'))],
  ['chunks of a store with files', MIDDLE, () => sqlite(join(folder(), 'cache.db'))],
  ['chunks of a store without', BIG, () => sqlite(':memory:')],
]

const standing = async (store: Store): Promise<number> =>
  (await bodyIds(store)).length + new Set((await listed(store, 'h1:c:')).map((key) => key.split(':')[2])).size

describe.each(kinds)('bodies in %s', (_, body, open) => {
  test('what no version names any more goes in the second sweep, an hour after the first', async () => {
    const store = open()
    await using g = await given({ tiers: [store], ttl: 0, guards: false })
    g.origin.script('/f', inOrder(ok(body), ok(Buffer.concat([body, body]))))
    g.origin.script('/other', ok(Buffer.from(body).reverse()))
    await get(g, '/other')
    await get(g, '/f')
    await g.fetch.cache.delete({ url: g.origin.url('/f') })
    expect(await g.fetch.cache.sweep()).toEqual(NOTHING)
    await g.clock.advance(HOUR / 2)
    expect(await g.fetch.cache.sweep()).toEqual(NOTHING)
    expect(await standing(store)).toBe(2)
    await g.clock.advance(HOUR / 2)
    const wouldGo = await g.fetch.cache.sweep({ dryRun: true })
    expect(await standing(store)).toBe(2)
    expect(await g.fetch.cache.sweep()).toEqual(wouldGo)
    expect(wouldGo).toEqual({ ...NOTHING, bodies: 1, bytes: body.length })
    expect(await standing(store)).toBe(1)
    expect((await get(g, '/other'))?.length).toBe(body.length)
    expect(await g.fetch.cache.sweep()).toEqual(NOTHING)
  })

  test('a body that got its name again is left, and one that is asked for again is stored anew meanwhile', async () => {
    const store = open()
    await using g = await given({ tiers: [store], ttl: '10d', guards: false })
    g.origin.script('/f', ok(body))
    await get(g, '/f')
    await g.fetch.cache.delete({ url: g.origin.url('/f') })
    await g.fetch.cache.sweep()
    // The same bytes again: those that were seen unnamed are not named any more, so they may go.
    await get(g, '/f')
    await g.clock.advance(HOUR)
    expect(await g.fetch.cache.sweep()).toMatchObject({ bodies: 1 })
    expect((await get(g, '/f'))?.length).toBe(body.length)
    expect(g.origin.hits('/f')).toBe(2)
    expect(await standing(store)).toBe(1)
  })
})

test.each(kinds.filter(([, body]) => body === BIG))('what is being read in %s stays until it was read', async (_, body, open) => {
  const store = open()
  await using g = await given({ tiers: [store], ttl: '10d', guards: false })
  g.origin.script('/f', ok(body))
  await get(g, '/f')
  const reading = await g.fetch(g.origin.url('/f'))
  const reader = reading.body?.getReader()
  let size = (await reader?.read())?.value?.length ?? 0
  await g.fetch.cache.delete({ url: g.origin.url('/f') })
  await g.fetch.cache.sweep()
  await g.clock.advance(HOUR)
  expect(await g.fetch.cache.sweep()).toEqual(NOTHING)
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) size += next.value.length
  expect(size).toBe(body.length)
  expect(await g.fetch.cache.sweep()).toMatchObject({ bodies: 1 })
})

describe.each(places)('versions over %s', (_, tiers) => {
  test('those beyond `keep` go when they are older than `keepFor`; never the last good one', async () => {
    await using g = await given({ tiers: tiers(), ttl: 0, versions: { keep: 1, keepFor: '1d' } })
    g.origin.script('/f', inOrder(ok('one'), ok('two'), ok('three')))
    for (let n = 0; n < 3; n++) {
      await get(g, '/f')
      await g.clock.advance(1_000)
    }
    const held = async (): Promise<number> => (await g.fetch.entry(g.origin.url('/f')).versions({ limit: 0 })).length
    expect(await g.fetch.cache.sweep()).toEqual(NOTHING)
    expect(await held()).toBe(3)
    await g.clock.advance(24 * HOUR)
    const wouldGo = await g.fetch.cache.sweep({ dryRun: true })
    expect(await held()).toBe(3)
    expect(await g.fetch.cache.sweep()).toEqual(wouldGo)
    const times = (wouldGo.versions ?? 0) / 2
    expect(wouldGo).toEqual({ ...NOTHING, versions: 2 * times, bytes: 6 * times })
    expect(await held()).toBe(1)
    await g.clock.advance(240 * HOUR)
    expect(await g.fetch.cache.sweep()).toEqual(NOTHING)
    expect(await held()).toBe(1)
  })

  test('a pinned version stays, and goes when its pin has ended', async () => {
    await using g = await given({ tiers: tiers(), ttl: 0, versions: { keep: 1, keepFor: '1h' } })
    g.origin.script('/f', inOrder(ok('one'), ok('two')))
    await get(g, '/f')
    await g.fetch.entry(g.origin.url('/f')).pin({ for: '2d' })
    await g.clock.advance(1_000)
    await get(g, '/f')
    await g.clock.advance(24 * HOUR)
    expect(await g.fetch.cache.sweep()).toEqual(NOTHING)
    await g.clock.advance(24 * HOUR)
    expect((await g.fetch.cache.sweep()).versions).toBeGreaterThan(0)
  })
})

test('a rule says what is kept of its URLs, and an instance under another its own', async () => {
  const rules = [{ match: '/few/*', versions: { keep: 1 } }]
  await using g = await given({ tiers: [sqlite(':memory:')], ttl: 0, versions: { keep: 5 } })
  for (const path of ['/few/a', '/many/a']) g.origin.script(path, inOrder(ok('one'), ok('two'), ok('three')))
  for (let n = 0; n < 3; n++) {
    await get(g, '/few/a')
    await get(g, '/many/a')
    await g.clock.advance(1_000)
  }
  expect((await g.fetch.cache.sweep()).versions).toBe(0)
  expect((await g.fetch.extend({ rules }).cache.sweep()).versions).toBe(2)
})

test('a version that a killed process left unnamed goes in the second sweep', async () => {
  const store = sqlite(':memory:')
  await using g = await given({ tiers: [store], ttl: '1d' })
  g.origin.script('/f', ok('x'))
  await get(g, '/f')
  const [key = ''] = await listed(store, 'h1:v:')
  const bytes = (await store.get(key)) as Uint8Array
  const unnamed = `${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`
  await store.set(unnamed, bytes)
  expect(await g.fetch.cache.sweep()).toEqual(NOTHING)
  await g.clock.advance(HOUR)
  expect(await g.fetch.cache.sweep()).toEqual({ ...NOTHING, versions: 1, bytes: 1 })
  expect(await listed(store, 'h1:v:')).toEqual([key])
  expect(await get(g, '/f')).toBe('x')
})

test('a record of another format is nobody’s to judge: with it in the store no body goes', async () => {
  const store = sqlite(':memory:')
  await using g = await given({ tiers: [store], ttl: '1d' })
  g.origin.script('/f', ok(MIDDLE))
  await get(g, '/f')
  const later = Buffer.from('a record as it may look in a later release')
  const key = `h1:v:${'0'.repeat(64)}:000000000000000000`
  await store.set(key, later)
  await g.fetch.cache.delete({ url: g.origin.url('/f') })
  for (let n = 0; n < 3; n++) {
    expect(await g.fetch.cache.sweep()).toMatchObject({ bodies: 0 })
    await g.clock.advance(HOUR)
  }
  expect(await standing(store)).toBe(1)
})

test('a small body outside of its record is named too', async () => {
  const store = sqlite(':memory:')
  await using g = await given({ tiers: [memory({ maxEntryBytes: 100 }), store], ttl: '10d' })
  const small = Buffer.alloc(1_000, 's')
  g.origin.script('/f', ok(small))
  await get(g, '/f')
  expect(await standing(store)).toBe(1)
  for (let n = 0; n < 3; n++) {
    expect(await g.fetch.cache.sweep()).toEqual(NOTHING)
    await g.clock.advance(HOUR)
  }
  expect(await get(g, '/f')).toBe(String(small))
  expect(g.origin.hits('/f')).toBe(1)
})

test('what was derived goes with its original', async () => {
  const { gzipSync } = await import('node:zlib')
  const store = sqlite(':memory:')
  await using g = await given({ tiers: [memory(), store], ttl: 0, versions: { keep: 1, keepFor: '1h' } })
  g.origin.script('/f.gz', inOrder(ok(gzipSync('one')), ok(gzipSync('two'))))
  const unpacked = { holdfast: { unpack: 'gzip' as const } }
  expect(await get(g, '/f.gz', unpacked)).toBe('one')
  await g.clock.advance(1_000)
  expect(await get(g, '/f.gz', unpacked)).toBe('two')
  expect(await listed(store, 'h1:v:')).toHaveLength(4)
  await g.clock.advance(HOUR)
  await g.fetch.cache.sweep()
  expect(await listed(store, 'h1:v:')).toHaveLength(2)
})

test('a part of a body goes after a day, and what it was a part of an hour later', async () => {
  const store = sqlite(join(folder(), 'cache.db'))
  await using g = await given({ tiers: [store], ttl: 0, retry: false })
  await store.set('h1:p:broken', new TextEncoder().encode('{"bodyId":'))
  const { bodies } = store
  await bodies?.append('part', Buffer.alloc(5_000, 'p'))
  const record = { key: 'k', bodyId: 'part', savedAt: g.clock.now(), head: {}, values: '' }
  await store.set('h1:p:whole', new TextEncoder().encode(JSON.stringify(record)))
  expect(await g.fetch.cache.sweep()).toEqual({ ...NOTHING, partials: 1 })
  await g.clock.advance(24 * HOUR)
  expect(await g.fetch.cache.sweep()).toEqual(NOTHING)
  await g.clock.advance(1)
  expect(await g.fetch.cache.sweep({ dryRun: true })).toEqual({ ...NOTHING, partials: 1 })
  expect(await g.fetch.cache.sweep()).toEqual({ ...NOTHING, partials: 1 })
  expect(await bodyIds(store)).toEqual(['part'])
  await g.clock.advance(HOUR)
  expect(await g.fetch.cache.sweep()).toEqual({ ...NOTHING, bodies: 1, bytes: 5_000 - 32 })
  expect(await bodyIds(store)).toEqual([])
})

test('a body in the making grows, and is left', async () => {
  const store = sqlite(join(folder(), 'cache.db'))
  await using g = await given({ tiers: [store], ttl: 0 })
  for (let n = 1; n <= 3; n++) {
    await store.bodies?.append('growing', Buffer.alloc(1_000, 'g'))
    expect(await g.fetch.cache.sweep()).toEqual(NOTHING)
    await g.clock.advance(HOUR)
  }
  expect(await store.bodies?.size('growing')).toBe(3_000)
})

test('the use of an entry that is gone goes', async () => {
  const store = sqlite(join(folder(), 'cache.db'))
  await using g = await given({ tiers: [store], ttl: '1d' })
  g.origin.script('/f', ok('x'))
  await get(g, '/f')
  const [key = ''] = await listed(store, 'h1:s:')
  const orphan = `h1:s:${'0'.repeat(64)}`
  await store.set(orphan, (await store.get(key)) as Uint8Array)
  await g.fetch.cache.sweep()
  expect(await listed(store, 'h1:s:')).toEqual([key])
  await g.fetch.cache.delete({ match: '*://*:*/*' })
  expect(await listed(store, 'h1:s:')).toEqual([])
})

test('two at once, in two instances: nothing that is named goes', async () => {
  const file = join(folder(), 'cache.db')
  await using g = await given({ tiers: [sqlite(file)], ttl: '10d' })
  await using other = await given({ tiers: [sqlite(file)], ttl: '10d', clock: g.clock })
  for (let n = 0; n < 8; n++) {
    g.origin.script(`/${n}`, ok(Buffer.concat([BIG, Buffer.from(`${n}`)])))
    await get(g, `/${n}`)
  }
  await g.fetch.cache.delete({ match: '/:n([1-4])' })
  for (let n = 0; n < 2; n++) {
    await Promise.all([g.fetch.cache.sweep(), other.fetch.cache.sweep(), g.fetch.cache.sweep()])
    await g.clock.advance(HOUR)
  }
  await Promise.all([g.fetch.cache.sweep(), other.fetch.cache.sweep()])
  expect(readdirSync(`${file}.bodies`)).toHaveLength(4)
  for (const n of [0, 7]) expect((await get(g, `/${n}`))?.length).toBe(BIG.length + 1)
  expect(await g.fetch.cache.audit()).toMatchObject({ checked: 4, damaged: [] })
})

test('a store that fails: the others are swept, and the call rejects with its error', async () => {
  const broken = chaos(sqlite(':memory:'), { faults: [] })
  await using g = await given({ tiers: [broken, memory()], ttl: 0, versions: { keep: 1, keepFor: '1h' } })
  g.origin.script('/f', inOrder(ok('one'), ok('two')))
  await get(g, '/f')
  await g.clock.advance(1_000)
  await get(g, '/f')
  await g.clock.advance(HOUR)
  broken.chaos.use([{ on: 'keys', do: 'throw' }])
  await expect(g.fetch.cache.sweep()).rejects.toThrow('chaos: keys fails on purpose')
  broken.chaos.use([])
  // In memory it had gone already, so it is counted once.
  expect(await g.fetch.cache.sweep()).toMatchObject({ versions: 1 })
})

describe('by itself', () => {
  test('a minute after the first write, and then hourly; not what was swept within the hour', async () => {
    const file = join(folder(), 'cache.db')
    const store = chaos(sqlite(file), { faults: [] })
    await using g = await given({ tiers: [store], ttl: '10d' })
    g.origin.script('/f', ok('x'))
    await g.clock.advance(10 * 60_000)
    await get(g, '/f')
    const sweeps = async (): Promise<number> => {
      await g.fetch.idle()
      return store.chaos.calls('bodies.ids')
    }
    await g.clock.advance(59_000)
    expect(await sweeps()).toBe(0)
    await g.clock.advance(1_000)
    expect(await sweeps()).toBe(1)
    await g.clock.advance(HOUR - 1)
    expect(await sweeps()).toBe(1)
    await g.clock.advance(1)
    expect(await sweeps()).toBe(2)
    await using late = await given({ tiers: [store], ttl: '10d', clock: g.clock })
    await late.fetch.put('https://example.org/', new Response('x'))
    await g.clock.advance(60_000)
    await late.fetch.idle()
    expect(await sweeps()).toBe(2)
  })

  test('one of two processes does it', async () => {
    const store = chaos(sqlite(join(folder(), 'cache.db')), { faults: [] })
    await using g = await given({ tiers: [store], ttl: '10d' })
    await g.fetch.put('https://example.org/', new Response('x'))
    const theirs = await store.lease?.('h1:g:sweep', 10 * HOUR)
    await g.clock.advance(60_000)
    await g.fetch.idle()
    expect(store.chaos.calls('bodies.ids')).toBe(0)
    await theirs?.release()
    await g.clock.advance(HOUR)
    await g.fetch.idle()
    expect(store.chaos.calls('bodies.ids')).toBe(1)
  })

  test('one that fails is told, and the next comes an hour later; after close() none comes', async () => {
    const store = chaos(sqlite(join(folder(), 'cache.db')), { faults: [{ on: 'keys', do: 'throw' }] })
    await using g = await given({ tiers: [store], ttl: '10d' })
    await g.fetch.put('https://example.org/', new Response('x'))
    await g.clock.advance(60_000)
    await g.fetch.idle()
    expect(g.told('warning')).toMatchObject([{ warning: expect.stringContaining('the sweep broke off') }])
    store.chaos.use([])
    await g.clock.advance(HOUR)
    await g.fetch.idle()
    expect(store.chaos.calls('bodies.ids')).toBe(1)
    await g.fetch.close()
    expect(g.clock.pending).toBe(0)
  })
})

test('close() ends a sweep under way', async () => {
  await using g = await given({ tiers: [sqlite(':memory:')], ttl: '1d' })
  for (let n = 0; n < 300; n++) await g.fetch.put(`https://example.org/${n}`, new Response('x'))
  const sweep = rejection(g.fetch.cache.sweep())
  await g.fetch.close()
  expect((await sweep).code).toBe('CLOSED')
  expect(await seen(g.fetch('https://example.org/1'))).toEqual({ rejected: 'CLOSED' })
})

test('what is in memory alone is swept too, and listed as before', async () => {
  await using g = await given({ tiers: [memory()], ttl: '1d' })
  for (let n = 0; n < 3; n++) await g.fetch.put(`https://example.org/${n}`, new Response('x'))
  expect(await g.fetch.cache.sweep()).toEqual(NOTHING)
  expect(await names(g.fetch.cache.entries())).toEqual(['0', '1', '2'])
})
