import { describe, expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import type { CachedFetch, FunctionCache, Store } from '../../../src/index.ts'
import { bench, TIERS } from './kit.ts'

type Cache = FunctionCache<[string], number>

// A word about results while the function runs: what began before it is not the answer after it.
describe.each(TIERS)('while the function runs: %s', (_, tiers) => {
  test.each<[string, (cache: Cache) => Promise<void>, number | undefined, number]>([
    ['clear', (cache) => cache.clear(), undefined, 2],
    ['entry().delete', (cache) => cache.entry('a').delete(), undefined, 2],
    ['invalidate', (cache) => cache.invalidate('a'), 1, 2],
    ['set', (cache) => cache.set(['a'], 7), 7, 7],
  ])('%s', async (_name, word, left, next) => {
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
    expect(await load('a')).toBe(next)
    expect(await load('a')).toBe(next)
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

describe.each(TIERS)('a run that fails behind a word is no reason not to run: %s', (_, tiers) => {
  test.each<[string, (cache: Cache) => Promise<void>, number]>([
    ['clear', (cache) => cache.clear(), 2],
    ['entry().delete', (cache) => cache.entry('a').delete(), 2],
    ['invalidate', (cache) => cache.invalidate('a'), 2],
    ['set', (cache) => cache.set(['a'], 7), 7],
  ])('%s', async (_name, word, after) => {
    const clock = manualClock(Date.now())
    await using b = await bench((file) => ({ ...tiers(file), clock }))
    let runs = 0
    const begun = Promise.withResolvers<void>()
    const fails = Promise.withResolvers<number>()
    const load = b.fetch.buffered(
      (_id: string) => {
        begun.resolve()
        return ++runs === 1 ? fails.promise : runs
      },
      { name: 'load', ttl: '1h', negativeTtl: '1h' },
    )
    const first = load('a')
    await begun.promise
    await word(load.cache)
    await clock.advance(1)
    fails.reject(new Error('too late'))
    await expect(first).rejects.toThrow('too late')
    await clock.advance(1)
    expect(await load('a')).toBe(after)
  })
})

/** A store whose next version is held back when it has been found. */
function held(store: Store): { store: Store; next(): { found: Promise<void>; give(): void } } {
  let wait: (() => Promise<void>) | undefined
  const slowly = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      const call = value.bind(target) as (...args: unknown[]) => unknown
      if (name !== 'get') return call
      return async (...args: unknown[]) => {
        const [found, waiting] = [await call(...args), wait]
        wait = undefined
        await waiting?.()
        return found
      }
    },
  })
  const next = (): { found: Promise<void>; give(): void } => {
    const found = Promise.withResolvers<void>()
    const given = Promise.withResolvers<void>()
    wait = () => {
      found.resolve()
      return given.promise
    }
    return { found: found.promise, give: given.resolve }
  }
  return { store: slowly, next }
}

// Else what was read before the word would stand in memory above it, until somebody asks the other tier again.
describe('while a farther tier is asked', () => {
  test.each<[string, (cache: Cache) => Promise<void>, number]>([
    ['clear', (cache) => cache.clear(), 2],
    ['entry().delete', (cache) => cache.entry('a').delete(), 2],
    ['invalidate', (cache) => cache.invalidate('a'), 2],
    ['set', (cache) => cache.set(['a'], 7), 7],
  ])('%s', async (_, word, after) => {
    const clock = manualClock(Date.now())
    await using b = await bench({ clock })
    let runs = 0
    const over = (store: Store): [CachedFetch, (id: string) => Promise<number>, Cache] => {
      const fetch = b.open({ tiers: [memory(), store], clock })
      const load = fetch.buffered(async (_id: string) => ++runs, { name: 'load', ttl: '1h' })
      return [fetch, load, load.cache]
    }
    const [before, seed] = over(folder(b.file('a')))
    expect(await seed('a')).toBe(1)
    await before.close()
    await clock.advance(1)
    const { store, next } = held(folder(b.file('a')))
    const [, load, cache] = over(store)
    const look = next()
    const asked = load('a')
    await look.found
    await word(cache)
    await clock.advance(1)
    look.give()
    expect(await asked).toBe(1)
    expect(await load('a')).toBe(after)
    expect(await cache.peek('a')).toBe(after)
  })

  test.each<[string, (fetch: CachedFetch, url: string) => Promise<unknown>, string | undefined]>([
    ['put', (fetch, url) => fetch.put(url, answer('new')), 'new'],
    ['delete', (fetch, url) => fetch.cache.delete({ url }), undefined],
  ])('of a URL: %s', async (_, word, after) => {
    await using b = await bench()
    const url = 'https://example.test/a'
    const before = b.open({ tiers: [folder(b.file('a'))] })
    await before.put(url, answer('old'))
    await before.close()
    await b.clock.advance(1)
    const { store, next } = held(folder(b.file('a')))
    const fetch = b.open({ tiers: [memory(), store], mode: 'offline' })
    const look = next()
    const asked = fetch(url)
    await look.found
    await word(fetch, url)
    look.give()
    expect(await (await asked).text()).toBe('old')
    const again = fetch(url).then((response) => response.text())
    if (after === undefined) await expect(again).rejects.toMatchObject({ code: 'NOT_CACHED' })
    else expect(await again).toBe(after)
  })
})

const answer = (text: string): Response => new Response(text, { headers: { 'cache-control': 'max-age=3600' } })
