import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { bench, TIERS, thrownBy } from './kit.ts'

describe.each(TIERS)('fn.cache: %s (D21)', (_, tiers) => {
  test('what is stored is looked at, set, made stale, made anew, and deleted', async () => {
    await using b = await bench(tiers)
    let runs = 0
    const load = b.fetch.buffered((id: string) => ({ id, run: ++runs }), { name: 'load', tags: ['t'] })
    const other = b.fetch.buffered((id: string) => id, { name: 'other' })
    expect(await load.cache.peek('a')).toBe(undefined)
    expect(await load('a')).toEqual({ id: 'a', run: 1 })
    expect(await other('a')).toBe('a')
    expect(await load.cache.peek('a')).toEqual({ id: 'a', run: 1 })
    expect(await load('a')).toEqual({ id: 'a', run: 1 })
    expect(load.cache.info()).toEqual({ hits: 1, misses: 1, size: 1, stale: 0 })

    await load.cache.set(['b'], { id: 'b', run: 0 })
    expect(await load('b')).toEqual({ id: 'b', run: 0 })

    await b.clock.advance(1)
    await load.cache.invalidate('a')
    expect(await load.cache.peek('a')).toEqual({ id: 'a', run: 1 })
    await b.clock.advance(1)
    expect([await load('a'), await load('b')]).toEqual([
      { id: 'a', run: 2 },
      { id: 'b', run: 0 },
    ])

    expect(await load.cache.refresh('b')).toEqual({ id: 'b', run: 3 })
    expect(await load('b')).toEqual({ id: 'b', run: 3 })

    await load.cache.clear()
    expect([await load.cache.peek('a'), await load.cache.peek('b'), await other.cache.peek('a')]).toEqual([
      undefined,
      undefined,
      'a',
    ])
    await b.clock.advance(1)
    expect(await load('a')).toEqual({ id: 'a', run: 4 })
  })

  test('a refresh that fails gives the last good result, and what was set cannot be changed from outside', async () => {
    await using b = await bench(tiers)
    const load = b.fetch.buffered(
      (): number[] => {
        throw new Error('down')
      },
      { name: 'load' },
    )
    const given = [1]
    await load.cache.set([], given)
    given.push(2)
    expect(await load.cache.refresh()).toEqual([1])
    expect(load.cache.info()).toEqual({ hits: 0, misses: 1, size: 1, stale: 1 })
  })
})

test('what cannot be stored cannot be set, and nothing is looked up by what has no text', async () => {
  await using b = await bench()
  const load = b.fetch.buffered((id: unknown): unknown => id)
  await expect(load.cache.set([1], () => 1)).rejects.toThrow(/^result: a function/)
  await expect(load.cache.peek(() => 1)).rejects.toThrow(/^args\[0\]: a function/)
  await expect(load.cache.refresh(() => 1)).rejects.toThrow(/^args\[0\]: a function/)
  await expect(load.cache.invalidate(() => 1)).rejects.toThrow(/^args\[0\]: a function/)
})

test('results that each object has for itself are nobody else to be asked for', async () => {
  await using b = await bench()
  let runs = 0
  const load = b.fetch.buffered(function (this: object | undefined): number {
    return ++runs
  })
  const self = {}
  expect(await load.call(self)).toBe(1)
  for (const work of [load.cache.peek(), load.cache.invalidate(), load.cache.set([], 1), load.cache.refresh()])
    expect(String(await thrownBy(work))).toMatch(/each object has its own results/)
  await load.cache.clear()
  await b.clock.advance(1)
  expect(await load.call(self)).toBe(2)
})

test('a run that was under way when its result was made stale is joined by nobody', async () => {
  await using b = await bench()
  const started = Promise.withResolvers<void>()
  const first = Promise.withResolvers<string>()
  let runs = 0
  const load = b.fetch.buffered(() => {
    if (++runs > 1) return 'new'
    started.resolve()
    return first.promise
  })
  const old = load()
  await started.promise
  await b.clock.advance(1)
  await load.cache.invalidate()
  await b.clock.advance(1)
  expect(await load()).toBe('new')
  first.resolve('old')
  expect(await old).toBe('old')
})

test('invalidate has it run anew also where a run has just failed', async () => {
  await using b = await bench()
  const results = [1, undefined, 3]
  const load = b.fetch.buffered(async () => results.shift() ?? Promise.reject(new Error('away')), { ttl: '1s', retry: false })
  await load()
  await b.clock.advance(2_000)
  expect([await load(), await load()]).toEqual([1, 1])
  await load.cache.invalidate()
  expect(await load()).toBe(3)
})

describe.each(TIERS)('maxItems: %s (D21)', (_, tiers) => {
  test('the least recently used goes first', async () => {
    await using b = await bench(tiers)
    let runs = 0
    const load = b.fetch.buffered((n: number) => `${n} ${++runs}`, { name: 'load', maxItems: 2 })
    for (const n of [1, 2, 1, 3]) await load(n)
    await b.fetch.idle()
    await b.clock.advance(1)
    expect(load.cache.info()).toEqual({ hits: 1, misses: 3, size: 2, stale: 0 })
    expect([await load.cache.peek(1), await load.cache.peek(2), await load.cache.peek(3)]).toEqual(['1 1', undefined, '3 3'])
    expect([await load(1), await load(3), await load(2)]).toEqual(['1 1', '3 3', '2 4'])
  })

  test('what is pinned stays, until it is no more', async () => {
    await using b = await bench(tiers)
    const load = b.fetch.buffered((n: number) => n, { name: 'load', maxItems: 1 })
    await load(1)
    const pin = await load.cache.entry(1).pin()
    for (const n of [2, 3]) await load(n)
    await b.fetch.idle()
    expect([await load.cache.peek(1), await load.cache.peek(2), await load.cache.peek(3)]).toEqual([1, undefined, 3])
    await pin.unpin()
    for (const n of [1, 4]) await load(n)
    await b.fetch.idle()
    expect(await load.cache.peek(1)).toBe(undefined)
  })
})

test('what memory gave up to make room is not counted', async () => {
  await using b = await bench({ tiers: [memory({ maxItems: 4 })] })
  const load = b.fetch.buffered((n: number) => n)
  for (let n = 0; n < 20; n++) await load(n)
  const { size } = load.cache.info()
  expect(size).toBeGreaterThan(0)
  expect(size).toBeLessThanOrEqual(4)
})

describe('one object for all, or one for each (D31)', () => {
  test('share hands out one object, whoever asks', async () => {
    await using b = await bench()
    const load = b.fetch.buffered(() => ({ list: [1] }), { share: true })
    const [one, two] = [await load(), await load()]
    expect(one).toBe(two)
    expect(one).toEqual({ list: [1] })
  })

  test('what is frozen to its leaves is one for all, and stays frozen', async () => {
    await using b = await bench()
    const load = b.fetch.buffered(() => Object.freeze({ list: Object.freeze([1]) }))
    const [one, two] = [await load(), await load()]
    expect(one).toBe(two)
    expect(Object.isFrozen(one.list)).toBe(true)
  })

  test('a large one too, for as long as somebody has it', async () => {
    await using b = await bench()
    const load = b.fetch.buffered(() => ({ bytes: new Uint8Array(2 * 1024 * 1024) }), { share: true })
    const one = await load()
    for (let n = 0; n < 4; n++) expect(await load()).toBe(one)
  })

  test.each([70_000, 2_000_000])('one of %s bytes too, in memory or not', async (bytes) => {
    await using b = await bench()
    const load = b.fetch.buffered((_id: number) => ({ text: 'x'.repeat(bytes), list: [1] }), { share: true })
    const one = await load(1)
    for (let n = 0; n < 4; n++) expect(await load(1)).toBe(one)
    const copied = b.fetch.buffered((_id: number) => ({ text: 'x'.repeat(bytes), list: [1] }))
    const copies = [await copied(1), await copied(1), await copied(1), await copied(1)]
    expect(new Set(copies).size).toBe(4)
    for (const copy of copies) expect(copy).toEqual(one)
  })

  test('a new result is another object', async () => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered(() => ({ run: ++runs }), { share: true, ttl: '1s' })
    const one = await load()
    await b.clock.advance(2_000)
    expect(await load()).toEqual({ run: 2 })
    expect(one).toEqual({ run: 1 })
  })
})
