import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { BufferedFunction } from '../../../src/index.ts'
import { type Bench, bench, thrownBy } from './kit.ts'

// A hit that was given is given again without a look, as long as it stands. Each of these ends that.

type Load = BufferedFunction<unknown, [id: string], { id: string; run: number }>

/** A function with a result that was given three times. */
async function warm(b: Bench, options: object = {}): Promise<{ load: Load; runs: () => number }> {
  let runs = 0
  const load = b.fetch.buffered((id: string) => ({ id, run: ++runs }), {
    name: 'load',
    tags: ['t'],
    group: 'g',
    share: true,
    ...options,
  })
  const first = await load('a')
  for (let n = 0; n < 3; n++) expect(await load('a')).toBe(first)
  await b.clock.advance(1)
  return { load, runs: () => runs }
}

const ONE = { tiers: [memory()] }

describe('what ends it', () => {
  test.each<[string, (b: Bench, load: Load) => Promise<unknown>]>([
    ['invalidate by its arguments', (_, { cache }) => cache.invalidate('a')],
    ['invalidate by tag', ({ fetch }) => fetch.cache.invalidate({ tag: 't' })],
    ['invalidate by group', ({ fetch }) => fetch.cache.invalidate({ group: 'g' })],
    ['invalidate by url', ({ fetch }) => fetch.cache.invalidate({ url: 'function:load' })],
    ['invalidate by pattern', ({ fetch }) => fetch.cache.invalidate({ match: 'function:*' })],
    ['clear', (_, { cache }) => cache.clear()],
    ['delete by url', ({ fetch }) => fetch.cache.delete({ url: 'function:load' })],
    ['delete of the entry', (_, { cache }) => cache.entry('a').delete()],
    ['refresh', (_, { cache }) => cache.refresh('a')],
    ['the label failed', (_, { cache }) => cache.entry('a').label('failed')],
  ])('%s', async (_, say) => {
    await using b = await bench({ tiers: [memory()] })
    const { load } = await warm(b)
    await say(b, load)
    await b.clock.advance(1)
    expect(await load('a')).toEqual({ id: 'a', run: 2 })
    expect(await load('a')).toEqual({ id: 'a', run: 2 })
  })

  test('another value', async () => {
    await using b = await bench(ONE)
    const { load, runs } = await warm(b)
    await load.cache.set(['a'], { id: 'a', run: 9 })
    expect([await load('a'), await load('a'), runs()]).toEqual([{ id: 'a', run: 9 }, { id: 'a', run: 9 }, 1])
  })

  test('its time', async () => {
    await using b = await bench()
    const { load } = await warm(b, { ttl: '10s' })
    await b.clock.advance(9_998)
    expect((await load('a')).run).toBe(1)
    await b.clock.advance(1)
    expect((await load('a')).run).toBe(2)
  })

  test('what another instance over the same memory says', async () => {
    const store = memory()
    await using b = await bench({ tiers: [store] })
    const { load } = await warm(b)
    const other = b.open({ tiers: [store] })
    await other.cache.invalidate({ tag: 't' })
    await b.clock.advance(1)
    expect((await load('a')).run).toBe(2)
    expect((await load('a')).run).toBe(2)
    const same = other.buffered((id: string) => ({ id, run: 7 }), { name: 'load', group: 'g' })
    await same.cache.refresh('a')
    expect((await load('a')).run).toBe(7)
  })

  test('room that is needed for something else', async () => {
    await using b = await bench({ tiers: [memory({ maxItems: 6 })] })
    const { load } = await warm(b)
    for (const id of ['b', 'c', 'd', 'e']) await load(id)
    expect((await load('a')).run).toBe(6)
  })

  test('the end of the instance, at once', async () => {
    await using b = await bench()
    const { load } = await warm(b)
    const closing = b.fetch.close()
    expect(await thrownBy(load('a'))).toMatchObject({ code: 'CLOSED' })
    await closing
  })

  test('a child that is closed closes nothing', async () => {
    await using b = await bench()
    const { load } = await warm(b)
    await b.fetch.extend({}).close()
    expect((await load('a')).run).toBe(1)
  })

  test('a codec that cannot read it any more', async () => {
    await using b = await bench()
    let isBroken = false
    let runs = 0
    const load = b.fetch.buffered((id: string) => ({ id, run: ++runs }), {
      codec: {
        encode: (value: object) => new TextEncoder().encode(JSON.stringify(value)),
        decode: (bytes) => {
          if (isBroken) throw new Error('no')
          return JSON.parse(new TextDecoder().decode(bytes))
        },
      },
    })
    for (let n = 0; n < 3; n++) expect((await load('a')).run).toBe(1)
    isBroken = true
    await expect(load('a')).rejects.toThrow('no')
    isBroken = false
    expect((await load('a')).run).toBe(2)
  })
})

describe('whose and which it is', () => {
  test('no argument is taken for another', async () => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered((...args: unknown[]) => [args.length, ++runs])
    const lists = [
      [],
      [undefined],
      [null],
      [0],
      [-0],
      [Number.NaN],
      [''],
      ['0'],
      [false],
      [0n],
      [1],
      [1n],
      ['1'],
      [true],
      [[]],
      [{}],
    ]
    const first: unknown[] = []
    for (const list of lists) first.push(await load(...list))
    expect(new Set(first.map(String)).size).toBe(lists.length)
    for (let n = 0; n < 3; n++) for (const [index, list] of lists.entries()) expect(await load(...list)).toEqual(first[index])
    expect(runs).toBe(lists.length)
  })

  test('each object has its own, and a copy is a copy each time', async () => {
    await using b = await bench()
    const load = b.fetch.buffered(function (this: { id: number } | undefined, name: string) {
      return { of: this?.id, name }
    })
    const [one, two] = [{ id: 1 }, { id: 2 }]
    for (let n = 0; n < 4; n++) {
      const results = [await load.call(one, 'a'), await load.call(two, 'a'), await load.call(undefined, 'a')]
      expect(results).toEqual([
        { of: 1, name: 'a' },
        { of: 2, name: 'a' },
        { of: undefined, name: 'a' },
      ])
      for (const result of results) result.name = 'changed'
    }
  })

  test('key and instanceKey are asked each time', async () => {
    await using b = await bench()
    let now = 'a'
    let runs = 0
    const load = b.fetch.buffered((_id: number) => ++runs, { key: () => now })
    expect([await load(1), await load(1), await load(1)]).toEqual([1, 1, 1])
    now = 'b'
    expect([await load(1), await load(1)]).toEqual([2, 2])
  })
})

test('what other processes say reaches memory within a second or so', async () => {
  await using b = await bench()
  const file = b.file('a.db')
  const near = b.open({ tiers: [memory(), sqlite(file)] })
  const far = b.open({ tiers: [sqlite(file)] })
  let runs = 0
  const count = (_id: string): number => ++runs
  const [here, there] = [near.buffered(count, { name: 'count' }), far.buffered(count, { name: 'count' })]
  for (let n = 0; n < 5; n++) expect(await here('a')).toBe(1)
  expect(await there.cache.refresh('a')).toBe(2)
  expect(await here('a')).toBe(1)
  await b.clock.advance(1_000)
  await here('a')
  await near.idle()
  expect(await here('a')).toBe(2)
})
