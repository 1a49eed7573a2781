import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Store } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { given } from '../download/given.ts'
import { bodyIds, folder, get, HOUR, listed } from './upkeep.ts'

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
  expect(await g.fetch.cache.sweep()).toEqual({ ...NOTHING, bodies: 1, bytes: 5_000 - 16 })
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

test('a chunk that somebody planted under a number that none has goes as one: the sweep does not count down from there', async () => {
  const store = sqlite(':memory:')
  await using g = await given({ tiers: [store], ttl: '10d' })
  g.origin.script('/f', ok('small'))
  await get(g, '/f')
  for (const n of [100_000, 'NaN']) await store.set(`h1:c:planted-${n}:${n}`, new Uint8Array(50))
  await g.fetch.cache.sweep()
  await g.clock.advance(HOUR)
  const asked: string[] = []
  const { delete: remove } = store
  store.delete = (keys, how) => {
    asked.push(...keys)
    return remove.call(store, keys, how)
  }
  expect(await g.fetch.cache.sweep()).toMatchObject({ bodies: 2 })
  expect([asked.length, await listed(store, 'h1:c:')]).toEqual([2, []])
})
