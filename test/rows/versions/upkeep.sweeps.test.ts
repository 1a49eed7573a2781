import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { given } from '../download/given.ts'
import { folder, get, HOUR } from './upkeep.ts'

const BIG = Buffer.alloc(1_300_000, 'big')

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
