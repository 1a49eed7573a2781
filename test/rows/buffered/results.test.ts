import { describe, expect, test } from 'vitest'
import { argumentsText } from '../../../src/policy/argument-key.ts'
import { bench, TIERS, thrownBy } from './kit.ts'

describe.each(TIERS)('results are kept by their arguments: %s', (_, tiers) => {
  test('equal arguments run it once, others again (D10, D11)', async () => {
    await using b = await bench(tiers)
    const runs: unknown[][] = []
    const load = b.fetch.buffered(
      async (a: unknown, b?: unknown) => {
        runs.push([a, b])
        return [a, b]
      },
      { name: 'load' },
    )
    expect(await load({ a: 1, b: 2 })).toEqual([{ a: 1, b: 2 }, undefined])
    expect(await load({ b: 2, a: 1 })).toEqual([{ a: 1, b: 2 }, undefined])
    expect(await load(-1)).toEqual([-1, undefined])
    expect(await load(-2)).toEqual([-2, undefined])
    expect(await load('1')).toEqual(['1', undefined])
    expect(await load(1, undefined)).toEqual([1, undefined])
    expect(runs).toHaveLength(5)
  })

  test('what is falsy is a result (D08)', async () => {
    await using b = await bench(tiers)
    const values = new Map<string, unknown>([
      ['undefined', undefined],
      ['null', null],
      ['zero', 0],
      ['text', ''],
      ['false', false],
      ['NaN', Number.NaN],
    ])
    let runs = 0
    const of = b.fetch.buffered(
      (name: string) => {
        runs++
        return values.get(name)
      },
      { name: 'of' },
    )
    for (const [name, value] of values) for (let n = 0; n < 2; n++) expect(await of(name)).toBe(value)
    expect(runs).toBe(values.size)
  })

  test('rich values come back as they were, and what a caller does to one reaches nobody else (D17, D31)', async () => {
    await using b = await bench(tiers)
    const made = (): { at: Date; map: Map<string, bigint>; bytes: Uint8Array; list: number[] } => ({
      at: new Date(7),
      map: new Map([['a', 1n]]),
      bytes: new Uint8Array([1, 2, 3]),
      list: [1],
    })
    const kept = made()
    const load = b.fetch.buffered(() => kept, { name: 'load' })
    for (let n = 0; n < 3; n++) {
      const result = await load()
      expect(result).toStrictEqual(made())
      result.at.setTime(0)
      result.map.clear()
      result.bytes[0] = 9
      result.list.push(2)
      kept.list.push(3)
      kept.bytes[0] = 9
    }
  })

  test('a large result comes back as it was', async () => {
    await using b = await bench(tiers)
    let runs = 0
    const load = b.fetch.buffered(
      () => {
        runs++
        return new Uint8Array(3 * 1024 * 1024 + 7).fill(5)
      },
      { name: 'load' },
    )
    for (let n = 0; n < 2; n++) expect(Buffer.compare(await load(), Buffer.alloc(3 * 1024 * 1024 + 7, 5))).toBe(0)
    expect(runs).toBe(1)
  })

  test('age 10 s: after 11 s it runs again, and when it throws the old value is the answer (D09, D29)', async () => {
    await using b = await bench(tiers)
    let runs = 0
    let broken: Error | undefined = new Error('not yet')
    const load = b.fetch.buffered(
      async () => {
        runs++
        if (broken !== undefined) throw broken
        return runs
      },
      { name: 'load', ttl: '10s' },
    )
    expect(await thrownBy(load())).toBe(broken)
    broken = undefined
    expect(await load()).toBe(2)
    await b.clock.advance(9_000)
    expect(await load()).toBe(2)
    await b.clock.advance(2_000)
    expect(await load()).toBe(3)
    broken = new Error('down')
    await b.clock.advance(11_000)
    const fallbacks: unknown[] = []
    b.fetch.on('fallback', ({ error }) => fallbacks.push(error))
    expect(await load()).toBe(3)
    expect(fallbacks).toEqual([broken])
    expect(runs).toBe(4)
  })

  test('50 calls at once run it once, and a rejection reaches all of them and is not kept (D27)', async () => {
    await using b = await bench(tiers)
    let runs = 0
    const { promise, reject } = Promise.withResolvers<never>()
    const started = Promise.withResolvers<void>()
    const load = b.fetch.buffered(
      () => {
        runs++
        started.resolve()
        return runs === 1 ? promise : Promise.resolve({ n: runs })
      },
      { name: 'load' },
    )
    const calls = Array.from({ length: 50 }, () => thrownBy(load()))
    const error = new Error('once')
    await started.promise
    reject(error)
    expect(new Set(await Promise.all(calls))).toEqual(new Set([error]))
    expect(runs).toBe(1)
    const results = await Promise.all(Array.from({ length: 50 }, () => load()))
    expect(results).toEqual(Array.from({ length: 50 }, () => ({ n: 2 })))
    expect(new Set(results).size).toBe(50)
    expect(runs).toBe(2)
  })
})

describe('a function sees its arguments as they were when it was called (C08)', () => {
  const CHANGES: [string, () => [of: unknown, change: () => void]][] = [
    ['an object', () => changing({ n: 1, in: { n: 1 } }, (of) => Object.assign(of, { n: 2 }))],
    ['what is in a list', () => changing([{ n: 1 }], ([of]) => Object.assign(of as object, { n: 2 }))],
    ['what is in a Map', () => changing(new Map([['a', [1]]]), (of) => of.get('a')?.push(2))],
    ['a Set', () => changing(new Set([1]), (of) => of.add(2))],
    ['a Date', () => changing(new Date(1), (of) => of.setTime(2))],
    ['a RegExp', () => changing(/a/g, (of) => of.test('a'))],
    ['a URL', () => changing(new URL('http://a/'), (of) => of.searchParams.set('n', '2'))],
    ['URLSearchParams', () => changing(new URLSearchParams('n=1'), (of) => of.set('n', '2'))],
    ['Headers', () => changing(new Headers({ n: '1' }), (of) => of.set('n', '2'))],
    ['an ArrayBuffer', () => changing(new ArrayBuffer(2), (of) => new Uint8Array(of).fill(2))],
    ['a DataView', () => changing(new DataView(new ArrayBuffer(2), 1), (of) => of.setInt8(0, 2))],
    ['a Buffer', () => changing(Buffer.from([1]), (of) => of.fill(2))],
    ['a typed array', () => changing(new Int16Array([1]), (of) => of.fill(2))],
  ]
  function changing<T>(of: T, change: (of: T) => unknown): [unknown, () => void] {
    return [of, () => void change(of)]
  }

  test.each(CHANGES)('%s, whatever is done to it since', async (_, made) => {
    await using b = await bench()
    const [of, change] = made()
    const before = argumentsText([of])
    const load = b.fetch.buffered((given: unknown) => argumentsText([given]))
    const called = load(of)
    change()
    expect(await called).toBe(before)
    expect(argumentsText([of])).not.toBe(before)
  })

  test('so does its next attempt', async () => {
    await using b = await bench()
    let attempts = 0
    const first = b.fetch.buffered(
      (list: number[]) => {
        const taken = list.shift()
        if (attempts++ === 0) throw new Error('of mine')
        return taken
      },
      { retry: { attempts: 2, minDelay: 0 } },
    )
    expect(await first([1, 2])).toBe(1)
    expect(attempts).toBe(2)
  })
})
