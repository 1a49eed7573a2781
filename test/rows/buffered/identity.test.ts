import { describe, expect, test } from 'vitest'
import { bench, TIERS } from './kit.ts'

describe('which function', () => {
  test('several functions on one instance do not answer for each other (D03)', async () => {
    await using b = await bench()
    const f = b.fetch.buffered(function f(n: number) {
      return ['f', n]
    })
    const g = b.fetch.buffered(function g(n: number) {
      return ['g', n]
    })
    const [one, two] = [1, 2].map((which) => b.fetch.buffered(() => which))
    expect([await f(1), await g(1), await one?.(), await two?.()]).toEqual([['f', 1], ['g', 1], 1, 2])
  })

  test('two functions under one name are refused, and both are named', async () => {
    await using b = await bench()
    const first = (): number => 1
    b.fetch.buffered(first, { name: 'load' })
    expect(() => b.fetch.buffered(first, { name: 'load', ttl: '1s' })).not.toThrow()
    expect(() => b.fetch.buffered(() => 2, { name: 'load' })).toThrow(/two functions have the name "load".*=> 1.*=> 2/)
    expect(() => b.fetch.extend({ ttl: 1 }).buffered(() => 2, { name: 'load' })).toThrow(TypeError)
    expect(() => b.open().buffered(() => 2, { name: 'load' })).not.toThrow()
  })

  test('where results outlive the process a name is required (D26)', async () => {
    await using b = await bench(TIERS[1]?.[1])
    const load = b.fetch.buffered(function load() {
      return 1
    })
    await expect(load()).rejects.toThrow(/the function load\d* needs a name where results outlive the process/)
    await expect(b.fetch.buffered(() => 1)()).rejects.toThrow(TypeError)
  })

  test('another v forgets what was before, and leaves it to those who have it', async () => {
    await using b = await bench()
    let runs = 0
    const count = (): number => ++runs
    const load = (v: number | string): Promise<number> => b.fetch.buffered(count, { name: 'load', v })()
    expect([await load(1), await load(2), await load('2'), await load(1)]).toEqual([1, 2, 3, 1])
  })

  test('key says which arguments matter (D05)', async () => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered((id: number, _log: () => void) => `${id} ${++runs}`, { key: (id) => id })
    expect(await load(1, () => undefined)).toBe('1 1')
    expect(await load(1, () => undefined)).toBe('1 1')
    expect(await load(2, () => undefined)).toBe('2 2')
  })

  test('arguments that have no text are refused by their place (D30)', async () => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered((...args: unknown[]) => args.length + ++runs)
    await expect(load(1, { a: { b: () => 1 } })).rejects.toThrow(/^args\[1\]\.a\.b: a function/)
    expect(runs).toBe(0)
  })

  test('groups and partitions of the instance keep results apart', async () => {
    await using b = await bench()
    let runs = 0
    const count = (): number => ++runs
    const of = (fetch: typeof b.fetch): Promise<number> => fetch.buffered(count, { name: 'count' })()
    expect([
      await of(b.fetch),
      await of(b.fetch.extend({ partition: 'ann' })),
      await of(b.fetch.extend({ partition: 'bob' })),
    ]).toEqual([1, 2, 3])
    expect(await of(b.fetch.extend({ group: 'sandbox' }))).toBe(4)
    expect(await of(b.fetch.extend({ partition: 'ann' }))).toBe(2)
  })
})
