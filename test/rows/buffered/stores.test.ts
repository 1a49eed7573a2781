import { readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import Keyv from 'keyv'
import { describe, expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Options, Store } from '../../../src/index.ts'
import { sha256 } from '../../helpers/digest.ts'
import { bench } from './kit.ts'

/** What a user writes in a few minutes: nothing but what a store has to have. */
function overMap(values: Map<string, Uint8Array> = new Map(), durable: boolean = false): Store {
  return {
    name: 'mine',
    durable,
    shared: false,
    remote: false,
    get: async (key) => values.get(key),
    getMany: async (keys) => keys.map((key) => values.get(key)),
    set: async (key, value) => void values.set(key, value),
    setMany: async (entries) => entries.forEach(({ key, value }) => void values.set(key, value)),
    delete: async (keys) => keys.forEach((key) => void values.delete(key)),
    keys: async function* (prefix) {
      for (const key of [...values.keys()].sort()) if (key.startsWith(prefix)) yield key
    },
    close: async () => undefined,
  }
}

/** Bytes by their digest: to be compared one by one they are too many. */
const told = (value: unknown): unknown => (value instanceof Uint8Array ? sha256(value) : value)

const BACK_ENDS: [string, (file: (name: string) => string) => Options][] = [
  ['a Map', () => ({ tiers: [overMap()] })],
  ['a Keyv', () => ({ tiers: [new Keyv()] })],
  ['a Keyv over a Map', () => ({ tiers: [memory(), new Keyv({ store: new Map() })] })],
  ['SQLite', (file) => ({ tiers: [sqlite(file('a.db'))] })],
  ['SQLite in memory', () => ({ tiers: [sqlite(':memory:')] })],
  ['a folder', (file) => ({ tiers: [folder(file('a'))] })],
]

describe.each(BACK_ENDS)('any back end will do: %s (D02, D07, D16)', (_, tiers) => {
  test('rich values, falsy ones, and large ones are kept, made stale, and deleted', async () => {
    await using b = await bench(tiers)
    const runs: unknown[] = []
    const values = new Map<string, unknown>([
      ['rich', { at: new Date(7), map: new Map([['a', 2n ** 70n]]), bytes: new Uint8Array([1, 2]), set: new Set([1]) }],
      ['undefined', undefined],
      ['null', null],
      ['zero', 0],
      ['minus zero', -0],
      ['NaN', Number.NaN],
      ['text', ''],
      ['false', false],
      ['large', new Uint8Array(1_500_000).fill(3)],
      ['an error', new RangeError('a result, and not thrown')],
    ])
    const load = b.fetch.buffered(
      (name: string) => {
        runs.push(name)
        return values.get(name)
      },
      { name: 'load', ttl: '1h' },
    )
    for (let n = 0; n < 2; n++)
      for (const [name, value] of values) expect(told(await load(name)), name).toStrictEqual(told(value))
    expect(runs).toEqual([...values.keys()])

    await b.clock.advance(1)
    await load.cache.invalidate('zero')
    await b.clock.advance(1)
    values.set('zero', 1)
    expect(await load('zero')).toBe(1)

    await load.cache.clear()
    await b.clock.advance(1)
    runs.length = 0
    expect(await load('rich')).toStrictEqual(values.get('rich'))
    expect(runs).toEqual(['rich'])
  })
})

test('two functions of one cache do not see each other, whatever they are called (D03)', async () => {
  await using b = await bench(BACK_ENDS[0]?.[1])
  const names = ['f', 'f~1', 'f(1', '1:f', 'f@', 'F', 'function:f', '\ud800', '\ud801', 'f/g']
  const loads = names.map((name) => b.fetch.buffered((n: number) => [name, n], { name }))
  for (const [index, load] of loads.entries()) {
    expect(await load(1)).toEqual([names[index], 1])
  }
  const all = await Promise.all(loads.map(async (load) => (await load(1))[0]))
  expect(new Set(all).size).toBe(loads.length)
})

test('one format for all tiers: what SQLite has, a folder gives (D15)', async () => {
  await using b = await bench((file) => ({ tiers: [sqlite(file('a.db'))] }))
  let runs = 0
  const count = (at: Date): { run: number; at: Date } => ({ run: ++runs, at })
  const options = { name: 'count', ttl: '10s', tags: ['numbers'] }
  const load = b.fetch.buffered(count, options)
  await load(new Date(1))
  await b.clock.advance(11_000)
  await load(new Date(1))
  const copy = folder(b.file('copy'))
  await b.fetch.cache.copyTo(copy)
  const other = b.open({ tiers: [copy] })
  const [from, to] = [await Array.fromAsync(b.fetch.cache.entries()), await Array.fromAsync(other.cache.entries())]
  expect(to.map(({ key, tags, versions }) => ({ key, tags, versions }))).toEqual(
    from.map(({ key, tags, versions }) => ({ key, tags, versions })),
  )
  expect(to).toMatchObject([{ tags: ['numbers'], versions: 2 }])
  expect(await other.buffered(count, options)(new Date(1))).toEqual({ run: 2, at: new Date(1) })
  await other.cache.invalidate({ tag: 'numbers' })
  await b.clock.advance(1)
  expect(await other.buffered(count, options)(new Date(1))).toEqual({ run: 3, at: new Date(1) })
})

test('files survive, and a cut one is made anew (D18)', async () => {
  await using b = await bench()
  let runs = 0
  const load = (): ((name: string) => Promise<string>) =>
    b.open({ tiers: [folder(b.file('a'))] }).buffered((name: string) => `${name} ${++runs}`, { name: 'load' })
  expect(await load()('a')).toBe('a 1')
  expect(await load()('b')).toBe('b 2')
  expect([await load()('a'), await load()('b')]).toEqual(['a 1', 'b 2'])
  for (const file of await readdir(b.file('a'), { recursive: true, withFileTypes: true }))
    if (file.isFile()) await truncate(join(file.parentPath, file.name), 20)
  const fetch = b.open({ tiers: [folder(b.file('a'))] })
  const evicted: string[] = []
  fetch.on('evicted', ({ tier }) => evicted.push(tier))
  expect(await fetch.buffered((name: string) => `${name} ${++runs}`, { name: 'load' })('a')).toBe('a 3')
  expect(new Set(evicted)).toEqual(new Set(['folder']))
})

test('a miss is written to the farther tier before the nearer one answers for it (D12)', async () => {
  await using b = await bench()
  const order: string[] = []
  const watched = (name: string, store: Store): Store => ({
    ...store,
    name,
    set: async (key, value) => {
      order.push(name)
      return store.set(key, value)
    },
    setMany: async (entries) => {
      order.push(name)
      return store.setMany(entries)
    },
  })
  const fetch = b.open({ tiers: [watched('near', overMap()), watched('far', overMap(new Map(), true))] })
  let runs = 0
  const load = fetch.buffered(() => ++runs, { name: 'load' })
  expect([await load(), await load()]).toEqual([1, 1])
  await fetch.idle()
  expect(order[0]).toBe('far')
  expect(order).toContain('near')
})

test('what is read with another codec is made anew, and codecs refuse at once what they cannot hold (D17)', async () => {
  await using b = await bench((file) => ({ tiers: [sqlite(file('a.db'))] }))
  let runs = 0
  const big = b.fetch.buffered(
    () => {
      runs++
      return { n: 1n }
    },
    { name: 'big', codec: 'json' },
  )
  await expect(big()).rejects.toThrow(/^result\.n: a BigInt cannot be kept.*structured/)
  await expect(big()).rejects.toThrow(/BigInt/)
  expect(runs).toBe(2)
  const bytes = b.fetch.buffered((n: number): Uint8Array => new Uint8Array([n]), { name: 'bytes', codec: 'bytes' })
  expect([await bytes(1), await bytes(1)]).toEqual([new Uint8Array([1]), new Uint8Array([1])])
  const buffer = b.fetch.buffered(() => Buffer.from('é'), { name: 'buffer', codec: 'bytes' })
  expect([await buffer(), await buffer(), await buffer.cache.peek()]).toStrictEqual(Array(3).fill(Buffer.from('é')))
  const own = b.fetch.buffered(() => new URL('https://example.org/a'), {
    name: 'own',
    codec: {
      encode: ({ href }) => new TextEncoder().encode(href),
      decode: (text) => new URL(new TextDecoder().decode(text)),
    },
  })
  expect([(await own()).pathname, (await own()).pathname, own.cache.info().hits]).toEqual(['/a', '/a', 1])
})
