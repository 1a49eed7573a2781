import { describe, expect, test } from 'vitest'
import { manualClock } from '../../../adapters/testing/index.ts'
import type { FunctionCache } from '../../../src/index.ts'
import { bench, TIERS } from './kit.ts'

type Cache = FunctionCache<[string], number>

// A word about results while the function runs: what began before it is not the answer after it.
describe.each(TIERS)('while the function runs: %s', (_, tiers) => {
  test.each<[string, (cache: Cache) => Promise<void>, number | undefined]>([
    ['clear', (cache) => cache.clear(), undefined],
    ['entry().delete', (cache) => cache.entry('a').delete(), undefined],
    ['invalidate', (cache) => cache.invalidate('a'), 1],
  ])('%s', async (_name, word, left) => {
    // A store forgets what says nothing else by the machine's own clock.
    const clock = manualClock(Date.now())
    await using b = await bench((file) => ({ ...tiers(file), clock }))
    let runs = 0
    const begun = Promise.withResolvers<void>()
    const ends = Promise.withResolvers<void>()
    const load = b.fetch.buffered(
      async (_id: string) => {
        const run = ++runs
        begun.resolve()
        await ends.promise
        return run
      },
      { name: 'load', ttl: '1h' },
    )
    const first = load('a')
    await begun.promise
    await word(load.cache)
    ends.resolve()
    expect(await first).toBe(1)
    await b.fetch.idle()
    expect(await load.cache.peek('a')).toBe(left)
    expect(load.cache.info().size).toBe(left === undefined ? 0 : 1)
    await clock.advance(1)
    expect(await load('a')).toBe(2)
    expect(await load('a')).toBe(2)
  })
})

test('what was never there may be made stale, and is not there by that', async () => {
  await using b = await bench()
  const load = b.fetch.buffered(async (id: string) => id, { name: 'load', ttl: '1h' })
  await load.cache.invalidate('a')
  expect(await load.cache.peek('a')).toBe(undefined)
  expect(load.cache.info().size).toBe(0)
  expect(await Array.fromAsync(b.fetch.cache.entries())).toEqual([])
  await b.clock.advance(1)
  expect([await load('a'), await load('a')]).toEqual(['a', 'a'])
  expect(load.cache.info()).toMatchObject({ hits: 1, misses: 1 })
})
