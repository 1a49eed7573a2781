import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder as folderStore } from '../../../adapters/stores/folder.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import { createCachedFetch, inspect, type Store } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { die, given, seen } from '../download/given.ts'
import { bodyIds, folder, get, listed, names, places } from './upkeep.ts'

const BIG = Buffer.alloc(1_300_000, 'big')

const targets: [string, () => Store][] = [
  ['memory', () => memory()],
  ['sqlite', () => sqlite(':memory:')],
  ['a file', () => sqlite(join(folder(), 'copy.db'))],
]

describe.each(places)('from %s', (_, tiers) => {
  test.each(targets)('to %s: versions, labels, pins, tags, what is stale; not what was deleted', async (_name, open) => {
    await using g = await given({ tiers: tiers(), ttl: 0, guards: false })
    const url = g.origin.url('/f')
    g.origin.script('/f', inOrder(ok('one'), ok(BIG)))
    for (const path of ['/gone', '/stale']) g.origin.script(path, ok('x'))
    await get(g, '/f')
    await g.fetch.entry(url).label('app-1.4')
    await g.fetch.entry(url).pin()
    await g.clock.advance(1_000)
    await get(g, '/f')
    await get(g, '/gone')
    await get(g, '/stale', { holdfast: { tags: ['t'] } })
    await g.fetch.cache.delete({ url: g.origin.url('/gone') })
    await g.clock.advance(1_000)
    await g.fetch.cache.invalidate({ tag: 't' })
    const target = open()
    expect(await g.fetch.cache.copyTo(target)).toEqual({ entries: 2, bytes: 4 + BIG.length })
    const copy = createCachedFetch({ tiers: [target], clock: g.clock, ttl: '10d', retry: false })
    expect(await names(copy.cache.entries())).toEqual(['f', 'stale'])
    expect(await copy.cache.audit()).toMatchObject({ damaged: [] })
    await die(g.origin)
    expect((await seen(copy(url))).text?.length).toBe(BIG.length)
    const [, first] = await copy.entry(url).versions()
    expect([first?.labels, first?.pinned]).toEqual([['app-1.4'], true])
    expect((await seen(copy(g.origin.url('/stale')))).outcome).toBe('fallback')
    expect((await seen(copy(g.origin.url('/gone')))).rejected).toBe('CONNECT')
  })
})

test('again: only what is new is copied, and equal bytes are there once', async () => {
  const target = sqlite(join(folder(), 'copy.db'))
  await using g = await given({ tiers: [sqlite(join(folder(), 'cache.db'))], ttl: '10d', guards: false })
  for (const path of ['/a', '/b', '/c']) g.origin.script(path, ok(BIG))
  await get(g, '/a')
  expect(await g.fetch.cache.copyTo(target)).toEqual({ entries: 1, bytes: BIG.length })
  expect(await g.fetch.cache.copyTo(target)).toEqual({ entries: 1, bytes: 0 })
  await get(g, '/b')
  expect(await g.fetch.cache.copyTo(target)).toEqual({ entries: 2, bytes: 0 })
  expect(await bodyIds(target)).toHaveLength(1)
  expect(await listed(target, 'h1:v:')).toHaveLength(2)
})

test('over a store that is not empty: both are known afterwards', async () => {
  const target = sqlite(':memory:')
  await using g = await given({ tiers: [sqlite(':memory:')], ttl: 0 })
  const other = createCachedFetch({ tiers: [target], clock: g.clock, ttl: 0 })
  g.origin.script('/f', inOrder(ok('one'), ok('two')))
  await (await other(g.origin.url('/f'))).text()
  await other.entry(g.origin.url('/f')).label('theirs')
  await g.clock.advance(1_000)
  await get(g, '/f')
  await g.fetch.entry(g.origin.url('/f')).label('ours')
  await g.fetch.cache.copyTo(target)
  expect((await other.entry(g.origin.url('/f')).versions()).map(({ labels }) => labels)).toEqual([['ours'], ['theirs']])
})

test('while it is in use: a copy names nothing that it does not have', async () => {
  const target = sqlite(':memory:')
  await using g = await given({ tiers: [memory(), sqlite(':memory:')], ttl: 0, guards: false })
  for (let n = 0; n < 120; n++) await g.fetch.put(`https://example.org/${n}`, new Response(`${n}`))
  const copying = g.fetch.cache.copyTo(target)
  for (let n = 0; n < 120; n += 2) await g.fetch.cache.delete({ url: `https://example.org/${n}` })
  await copying
  const copy = createCachedFetch({ tiers: [target], clock: g.clock, ttl: '10d', mode: 'offline' })
  expect((await copy.cache.audit()).damaged).toEqual([])
  const odd = (await names(copy.cache.entries())).filter((name) => Number(name) % 2 === 1)
  expect(odd).toHaveLength(60)
})

test('a store that others read gets nothing private; what is too large is left out; both are told', async () => {
  const target = { ...open(), shared: true, maxEntryBytes: 1_000 }
  await using g = await given({ tiers: [sqlite(':memory:')], ttl: '10d' })
  g.origin.script('/public', ok('x', { headers: { 'Cache-Control': 'public' } }))
  g.origin.script('/mine', ok('x'))
  g.origin.script('/private', ok('x', { headers: { 'Cache-Control': 'private' } }))
  g.origin.script('/large', ok('x'.repeat(2_000)))
  await get(g, '/public')
  await get(g, '/mine', { headers: { Authorization: 'me' } })
  await get(g, '/private')
  await get(g, '/large')
  await g.fetch.cache.copyTo(target)
  expect(await listed(target, 'h1:v:')).toHaveLength(1)
  expect(await listed(target, 'h1:e:')).toHaveLength(1)
  expect(
    g
      .told('store-skipped')
      .map(({ reason }) => reason)
      .sort(),
  ).toEqual(['private', 'private', 'too-large'])
})

/** A store as a plain object, so that a test can say what it is. */
function open(): Store {
  const store = sqlite(':memory:')
  return chaos(store, { faults: [] })
}

test('one of the own tiers is refused; a target that fails rejects with its error, and is not closed', async () => {
  const own = sqlite(':memory:')
  await using g = await given({ tiers: [own], ttl: '10d' })
  await g.fetch.put('https://example.org/', new Response('x'))
  await expect(g.fetch.cache.copyTo(own)).rejects.toThrow(TypeError)
  const target = chaos(sqlite(':memory:'), { faults: [{ on: 'set', do: 'throw' }] })
  await expect(g.fetch.cache.copyTo(target)).rejects.toThrow('chaos: set fails on purpose')
  target.chaos.use([])
  expect(await g.fetch.cache.copyTo(target)).toEqual({ entries: 1, bytes: 1 })
  const copy = createCachedFetch({ tiers: [target], clock: g.clock, ttl: '10d' })
  expect(inspect(await copy('https://example.org/'))?.outcome).toBe('hit')
})

const BOUNDED: [string, () => Store][] = [
  ['a file', () => sqlite(join(folder(), 'copy.db'), { maxBytes: '4MB' })],
  ['a folder', () => folderStore(join(folder(), 'copy'), { maxBytes: '4MB' })],
]

test.each(BOUNDED)(
  '%s that has room for a part: it has the last of what was copied, whole, and copyTo resolves',
  async (_, open) => {
    await using g = await given({ tiers: [sqlite(join(folder(), 'cache.db'))], ttl: '10d', guards: false })
    const paths = Array.from({ length: 8 }, (_each, n) => `/${n}`)
    for (const path of paths) {
      g.origin.script(path, ok(Buffer.alloc(1_300_000, path)))
      await get(g, path)
    }
    const target = open()
    expect(await g.fetch.cache.copyTo(target)).toEqual({ entries: 8, bytes: 8 * 1_300_000 })
    await using copy = createCachedFetch({ tiers: [target], clock: g.clock, mode: 'offline' })
    const read = await Promise.allSettled(paths.map(async (path) => (await copy(g.origin.url(path))).text()))
    const whole = read.filter((one, n) => one.status === 'fulfilled' && one.value === `/${n}`.repeat(650_000))
    expect(whole.length).toBeGreaterThan(0)
  },
)
