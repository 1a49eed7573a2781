import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { given, rejection, seen } from '../download/given.ts'
import { folder, get, HOUR, listed, names, places } from './upkeep.ts'

const NOTHING = { versions: 0, bodies: 0, partials: 0, bytes: 0 }

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

test('what was derived goes with its original', async () => {
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
