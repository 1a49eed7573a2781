import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import type { LiveRecords, Store } from '../../../src/model/store.ts'
import { bench } from './kit.ts'

const LARGE = 100 * 1024

/** Memory that counts how often it is looked into. */
function counted(): { store: Store; looks: () => number } {
  const store = memory({ maxBytes: '10MB' })
  let looks = 0
  const { live } = store as Store & { live: LiveRecords }
  const counting: LiveRecords = {
    ...live,
    get: (key) => {
      looks++
      return live.get(key)
    },
  }
  const watched = new Proxy(store, {
    get(target, name) {
      if (name === 'live') return counting
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { store: watched, looks: () => looks }
}

describe('a result of any size that stands in memory is given again without a look', () => {
  test.each<[string, object, () => unknown]>([
    ['an object, shared', { share: true }, () => ({ text: 'x'.repeat(LARGE) })],
    ['bytes, shared', { share: true, codec: 'bytes' }, () => new Uint8Array(LARGE).fill(7)],
    ['a Buffer, shared', { share: true }, () => Buffer.alloc(LARGE, 'abc')],
    ['JSON, shared', { share: true, codec: 'json' }, () => Array.from({ length: LARGE / 2 }, () => 1)],
    ['a text, which nobody can change', {}, () => 'x'.repeat(LARGE)],
  ])('%s', async (_, options, make) => {
    const { store, looks } = counted()
    await using b = await bench({ tiers: [store] })
    let runs = 0
    const load = b.fetch.buffered(
      (_id: string) => {
        runs++
        return make()
      },
      { name: 'load', ...options },
    )
    await load('a')
    const first = await load('a')
    expect(first).toEqual(make())
    const before = looks()
    for (let n = 0; n < 5; n++) expect(await load('a')).toBe(first)
    expect([looks() - before, runs]).toEqual([0, 1])
    expect(load.cache.info()).toMatchObject({ hits: 6, misses: 1 })
  })

  test('a copy for each too', async () => {
    const { store, looks } = counted()
    await using b = await bench({ tiers: [store] })
    const load = b.fetch.buffered((_id: string) => ({ text: 'x'.repeat(LARGE), list: [1] }), { name: 'load' })
    await load('a')
    const first = await load('a')
    const before = looks()
    const second = await load('a')
    expect(second).toEqual(first)
    expect(second).not.toBe(first)
    expect(looks() - before).toBe(0)
  })

  test('it goes with the bytes that it was made of', async () => {
    await using b = await bench({ tiers: [memory({ maxBytes: '350KB' })] })
    let runs = 0
    const load = b.fetch.buffered((id: string) => ({ id, run: ++runs, text: 'x'.repeat(LARGE) }), { name: 'load', share: true })
    for (const id of ['a', 'a', 'a', 'b', 'c', 'd', 'e']) await load(id)
    expect((await load('a')).run).toBe(6)
  })
})

describe('a large result that is given and not kept is the one of its own run', () => {
  test.each<[string, object, (context: () => { skip(): void }) => unknown]>([
    ['skipped', {}, (context) => context().skip()],
    ['larger than any tier takes', { tiers: [memory({ maxEntryBytes: LARGE / 2 })] }, () => undefined],
  ])('%s', async (_, options, before) => {
    await using b = await bench(options)
    let runs = 0
    const make = (): { run: number; text: string } => {
      before(b.fetch.buffered.context)
      return Object.freeze({ run: ++runs, text: 'x'.repeat(LARGE) })
    }
    for (const load of [b.fetch.buffered(make, { share: true }), b.fetch.buffered(make)]) {
      const from = runs
      // The first is in somebody's hand all the while.
      const given = [await load(), await load(), await load()]
      expect(given.map(({ run }) => run - from)).toEqual([1, 2, 3])
    }
  })
})
