import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
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
    const load = b.fetch.buffered((..._: unknown[]) => ++runs)
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

describe('the function as it was', () => {
  test('name, length and the function itself are kept (D21, D25)', async () => {
    await using b = await bench()
    function load(_a: number, _b: number): number {
      return 1
    }
    const wrapped = b.fetch.buffered(load)
    expect([wrapped.name, wrapped.length, wrapped.original]).toEqual(['load', 2, load])
  })

  test('a function that is not async gives a promise, and its throw a rejection (D28)', async () => {
    await using b = await bench()
    const error = new Error('at once')
    const load = b.fetch.buffered((): number => {
      throw error
    })
    expect(await thrownBy(load())).toBe(error)
    const thrown = b.fetch.buffered((what: unknown): number => {
      throw what
    })
    for (const what of ['text', null, 0]) expect(await thrownBy(thrown(what))).toBe(what)
    expect(await thrownBy(thrown(undefined))).toBe(undefined)
  })

  test('generators, and what is no function, are refused', async () => {
    await using b = await bench()
    const refused = [function* () {}, async function* () {}, 'load', null, class {}]
    for (const fn of refused) expect(() => b.fetch.buffered(fn as () => number)).toThrow(/buffered: .* is not right/)
  })

  test('wrong options are refused by name', async () => {
    await using b = await bench()
    const wrong = (options: object): (() => unknown) => {
      return () => b.fetch.buffered(() => 1, options)
    }
    expect(wrong({ tll: 1 })).toThrow(/Unknown option "buffered.tll".*Did you mean "ttl"/)
    expect(wrong({ codec: 'xml' })).toThrow(/buffered\.codec/)
    expect(wrong({ codec: { encode: 1 } })).toThrow(/buffered\.codec/)
    expect(wrong({ v: {} })).toThrow(/buffered\.v/)
    expect(wrong({ scope: 'all' })).toThrow(/buffered\.scope/)
    expect(wrong({ key: 'id' })).toThrow(/buffered\.key/)
  })

  test('this is passed on, and each object has its own results unless the class shares them (D24)', async () => {
    await using b = await bench()
    let runs = 0
    const me = function (this: { token: string }): string {
      return `${this.token} ${++runs}`
    }
    const apart = b.fetch.buffered(me)
    const [ann, bob] = [{ token: 'a' }, { token: 'b' }]
    expect([await apart.call(ann), await apart.call(bob), await apart.call(ann)]).toEqual(['a 1', 'b 2', 'a 1'])
    const shared = b.fetch.buffered(me, { scope: 'class' })
    expect([await shared.call(ann), await shared.call(bob)]).toEqual(['a 3', 'a 3'])
    const named = b.fetch.buffered(me, { instanceKey: ({ token }) => token })
    expect([await named.call({ token: 'c' }), await named.call({ token: 'c' })]).toEqual(['c 4', 'c 4'])
  })

  test('where results outlive the process an object needs a name, or none', async () => {
    await using b = await bench(TIERS[1]?.[1])
    const me = function (this: { token: string }): string {
      return this.token
    }
    const apart = b.fetch.buffered(me, { name: 'me' })
    await expect(apart.call({ token: 'a' })).rejects.toThrow(/"me" the option instanceKey.*scope: 'class'/)
    const named = b.fetch.buffered(me, { name: 'me', instanceKey: ({ token }) => token })
    expect(await named.call({ token: 'a' })).toBe('a')
    expect(await named.call({ token: 'b' })).toBe('b')
  })
})

describe('one implementation of lifetimes', () => {
  test('without ttl a result stays, and the ttl of the instance counts', async () => {
    await using b = await bench()
    let runs = 0
    const count = (): number => ++runs
    const [ever, minute, never] = [
      b.fetch.buffered(count),
      b.open({ ttl: '1m' }).buffered(count),
      b.fetch.buffered(count, { ttl: 0 }),
    ]
    expect([await ever(), await minute(), await never(), await never()]).toEqual([1, 2, 3, 4])
    await b.clock.advance(61_000)
    expect([await ever(), await minute()]).toEqual([1, 5])
    await b.clock.advance(1e11)
    expect(await ever()).toBe(1)
  })

  test('stale while it is refreshed behind', async () => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered(() => ++runs, { ttl: '10s', staleWhileRevalidate: true })
    expect(await load()).toBe(1)
    await b.clock.advance(11_000)
    expect(await load()).toBe(1)
    await b.fetch.idle()
    expect(await load()).toBe(2)
    expect(load.cache.info()).toEqual({ hits: 2, misses: 1, stale: 1 })
  })

  test('retry is off, and on where it was asked for', async () => {
    await using b = await bench()
    let runs = 0
    const flaky = (): number => {
      if (++runs % 3 !== 0) throw new Error(`run ${runs}`)
      return runs
    }
    await expect(b.fetch.buffered(flaky)()).rejects.toThrow('run 1')
    await expect(b.fetch.buffered(flaky, { retry: 2 })()).resolves.toBe(3)
    await expect(b.fetch.buffered(flaky, { retry: { shouldRetry: () => false } })()).rejects.toThrow('run 4')
  })

  test('a function that does not end is given up, and told so', async () => {
    await using b = await bench()
    let signal: AbortSignal | undefined
    const started = Promise.withResolvers<void>()
    const load = b.fetch.buffered(
      () => {
        signal = b.fetch.buffered.context().signal
        started.resolve()
        return new Promise<never>(() => undefined)
      },
      { timeouts: { deadline: '5s' } },
    )
    const failure = thrownBy(load())
    await started.promise
    await b.clock.advance(5_001)
    expect(await failure).toMatchObject({ name: 'HoldfastError', code: 'TIMEOUT' })
    expect(signal?.aborted).toBe(true)
  })

  test('after a while the last good result is given, and the run goes on behind', async () => {
    await using b = await bench()
    const slow = Promise.withResolvers<number>()
    const started = Promise.withResolvers<void>()
    let runs = 0
    const load = b.fetch.buffered(
      () => {
        if (++runs === 1) return 1
        started.resolve()
        return slow.promise
      },
      { ttl: '1s', fallback: { after: '2s' } },
    )
    expect(await load()).toBe(1)
    await b.clock.advance(1_500)
    const second = load()
    await started.promise
    await b.clock.advance(2_001)
    expect(await second).toBe(1)
    slow.resolve(2)
    await b.fetch.idle()
    expect(await load()).toBe(2)
  })

  test('a schema refuses a result, whatever its form', async () => {
    await using b = await bench()
    let at = new Date(1)
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) => ((value as Date).getTime() > 0 ? { value } : { issues: [{ message: 'too early' }] }),
      },
    }
    const load = b.fetch.buffered(() => at, { ttl: '1s', schema })
    expect(await load()).toEqual(new Date(1))
    at = new Date(-1)
    await b.clock.advance(2_000)
    expect(await load()).toEqual(new Date(1))
    const first = b.fetch.buffered(() => new Date(-2), { schema })
    expect(await thrownBy(first())).toMatchObject({ code: 'REJECTED', message: expect.stringContaining('too early') })
  })

  test('tags, events and lists know of functions', async () => {
    await using b = await bench()
    let runs = 0
    const stored: string[] = []
    b.fetch.on('stored', ({ url }) => stored.push(url))
    const load = b.fetch.buffered((_: string) => ++runs, { name: 'load rates', tags: ['rates'] })
    expect([await load('a'), await load('b')]).toEqual([1, 2])
    expect(stored).toEqual(['function:load%20rates', 'function:load%20rates'])
    const listed = await Array.fromAsync(b.fetch.cache.entries({ tag: 'rates' }))
    expect(listed).toHaveLength(2)
    await b.clock.advance(1)
    await b.fetch.cache.invalidate({ tag: 'rates' })
    await b.clock.advance(1)
    expect([await load('a'), await load('a')]).toEqual([3, 3])
  })

  test('a closed instance refuses', async () => {
    await using b = await bench()
    const load = b.fetch.buffered(() => 1)
    await b.fetch.close()
    expect(await thrownBy(load())).toMatchObject({ code: 'CLOSED' })
  })

  test('a function may call fetches and functions of the same instance, itself too', async () => {
    await using b = await bench({ tiers: [memory()], limits: { concurrency: 1 } })
    const fib: (n: number) => Promise<number> = b.fetch.buffered(async (n: number) =>
      n < 2 ? n : (await fib(n - 1)) + (await fib(n - 2)),
    )
    expect(await fib(40)).toBe(102334155)
  })
})

describe('what cannot be kept', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['a Response', () => new Response('x'), /an instance of Response.*cachedFetch/],
    ['a stream', () => new ReadableStream(), /read once only/],
    ['a function', () => ({ a: () => 1 }), /^result\.a: a function/],
  ])('%s is refused at the first call', async (_, make, message) => {
    await using b = await bench()
    const failure = await thrownBy(b.fetch.buffered(make)())
    expect(failure).toBeInstanceOf(TypeError)
    expect((failure as Error).message).toMatch(message)
  })
})
