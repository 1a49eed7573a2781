import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { bench } from './kit.ts'

describe('a hit that is given again without a look is counted as what it is', () => {
  test('hits are hits, wherever one looks', async () => {
    await using b = await bench()
    const load = b.fetch.buffered((id: string) => ({ id }), { share: true })
    for (let n = 0; n < 4; n++) await load('a')
    for (let n = 0; n < 10; n++) await load('a')
    expect(load.cache.info()).toEqual({ hits: 13, misses: 1, size: 1, stale: 0 })
    expect(b.fetch.cache.stats()).toMatchObject({ requests: 14, hits: 13, misses: 1 })
    expect(b.fetch.cache.stats().bytesSaved).toBeGreaterThan(0)
    const at = b.clock.now()
    expect(await load.cache.entry('a').stats()).toMatchObject({ requests: 14, hits: 13, lastRequestedAt: new Date(at) })
    expect((await Array.fromAsync(b.fetch.cache.entries()))[0]?.lastRequestedAt).toEqual(new Date(at))
  })

  test('a listener is told of each, from when it listens', async () => {
    await using b = await bench()
    const load = b.fetch.buffered((id: string) => ({ id }), { share: true })
    for (let n = 0; n < 4; n++) await load('a')
    const told: string[] = []
    const stop = b.fetch.on('verdict', ({ verdict }) => told.push(verdict))
    for (let n = 0; n < 3; n++) await load('a')
    stop()
    await load('a')
    expect(told).toEqual(['fresh', 'fresh', 'fresh'])
  })

  test('the order of use is exact, whoever makes room', async () => {
    await using b = await bench()
    const load = b.fetch.buffered((n: number) => n, { maxItems: 2 })
    for (const n of [1, 2, 1, 2, 1, 2, 1, 3]) await load(n)
    await b.fetch.idle()
    expect([await load.cache.peek(1), await load.cache.peek(2), await load.cache.peek(3)]).toEqual([1, undefined, 3])
    const small = b.open({ tiers: [memory({ maxItems: 2 })] }).buffered((n: number) => n)
    for (const n of [1, 2, 1, 2, 1, 2, 1, 3]) await small(n)
    expect([await small.cache.peek(1), await small.cache.peek(2), await small.cache.peek(3)]).toEqual([1, undefined, 3])
  })
})
