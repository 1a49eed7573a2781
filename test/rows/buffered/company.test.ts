import { describe, expect, test, vi } from 'vitest'
import type { HoldfastError } from '../../../src/index.ts'
import { bench, TIERS, thrownBy } from './kit.ts'

// Callers who ask what somebody asks just now go along with that one.

const many = <T>(count: number, one: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => one(n))

interface Gated<T> {
  readonly started: Promise<void>
  readonly release: (value: T) => void
  readonly fail: (reason: unknown) => void
  readonly work: () => Promise<T>
  runs(): number
}

function gated<T>(): Gated<T> {
  const started = Promise.withResolvers<void>()
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  let runs = 0
  const work = (): Promise<T> => {
    runs++
    started.resolve()
    return promise
  }
  return { started: started.promise, release: resolve, fail: reject, work, runs: () => runs }
}

describe.each(TIERS)('callers of one function: %s', (_, tiers) => {
  test('one run, a copy for each, and each is counted', async () => {
    await using b = await bench(tiers)
    const run = gated<{ list: number[] }>()
    const load = b.fetch.buffered((_id: string) => run.work(), { name: 'load' })
    const calls = many(50, () => load('a'))
    await run.started
    calls.push(...many(50, () => load('a')))
    run.release({ list: [1] })
    const results = await Promise.all(calls)
    expect(run.runs()).toBe(1)
    expect(new Set(results).size).toBe(100)
    for (const { list } of results) expect(list.push(2)).toBe(2)
    expect(load.cache.info()).toMatchObject({ hits: 0, misses: 100 })
    expect(b.fetch.cache.stats()).toMatchObject({ requests: 100, misses: 100 })
    expect(await load('a')).toEqual({ list: [1] })
    expect(load.cache.info()).toMatchObject({ hits: 1, misses: 100 })
  })

  test('one object for all, where it is to be shared', async () => {
    await using b = await bench(tiers)
    const run = gated<object>()
    const load = b.fetch.buffered((_id: string) => run.work(), { name: 'load', share: true })
    const calls = many(10, () => load('a'))
    await run.started
    run.release({ a: 1 })
    expect(new Set(await Promise.all(calls)).size).toBe(1)
  })

  test('what it threw, as it is, for each; the next call runs it again', async () => {
    await using b = await bench(tiers)
    const run = gated<object>()
    const load = b.fetch.buffered((_id: string) => run.work(), { name: 'load', retry: false })
    const calls = many(10, () => thrownBy(load('a')))
    await run.started
    const reason = { mine: true }
    run.fail(reason)
    for (const thrown of await Promise.all(calls)) expect(thrown).toBe(reason)
    expect(load.cache.info()).toMatchObject({ hits: 0, misses: 10 })
    expect(await thrownBy(load('a'))).toBe(reason)
    expect(run.runs()).toBe(2)
  })
})

test('others, by other arguments or for another object, are asked for', async () => {
  await using b = await bench()
  let runs = 0
  class Client {
    load = b.fetch.buffered(async (id: unknown) => `${++runs} ${String(id)}`, { name: `load${Math.floor(b.clock.now())}` })
  }
  const { load } = new Client()
  const results = await Promise.all([load('1'), load(1), load('1'), load.call({}, '1')])
  expect(results).toEqual(['1 1', '2 1', '1 1', '3 1'])
})

test('one who waits for itself in the middle of a crowd is told so, and the crowd is not', async () => {
  await using b = await bench()
  const all: Promise<unknown>[] = []
  const load: (n: number) => Promise<string> = b.fetch.buffered(
    async (n: number) => {
      all.push(...many(3, () => load(n).catch((error: Error) => error.message)))
      return String(await all[0])
    },
    { name: 'load' },
  )
  const crowd = await Promise.all(many(3, () => load(1)))
  expect(new Set(crowd).size).toBe(1)
  expect(crowd[0]).toMatch(/load waits for itself/)
  for (const message of await Promise.all(all)) expect(message).toMatch(/load waits for itself/)
})

test.each<
  [
    string,
    (load: {
      cache: { invalidate(id: string): Promise<void>; clear(): Promise<void>; set(args: [string], value: string): Promise<void> }
    }) => Promise<void>,
    string,
  ]
>([
  ['invalidate', ({ cache }) => cache.invalidate('a'), 'run 2'],
  ['clear', ({ cache }) => cache.clear(), 'run 2'],
  ['set', ({ cache }) => cache.set(['a'], 'set'), 'set'],
])('who comes after %s does not wait for a run from before', async (_, change, expected) => {
  await using b = await bench()
  const run = gated<string>()
  let runs = 0
  const load = b.fetch.buffered((_id: string) => (++runs === 1 ? run.work() : `run ${runs}`), { name: 'load' })
  const first = load('a')
  await run.started
  await change(load)
  expect(await load('a')).toBe(expected)
  run.release('run 1')
  expect(await first).toBe('run 1')
})

test('when the instance is closed each is told so', async () => {
  await using b = await bench()
  const run = gated<string>()
  const load = b.fetch.buffered((_id: string) => run.work(), { name: 'load' })
  const calls = many(5, () => thrownBy(load('a')))
  await run.started
  await b.fetch.close()
  for (const thrown of await Promise.all(calls)) expect((thrown as HoldfastError).code).toBe('CLOSED')
})

test.each<[string, (signal: AbortSignal) => object]>([
  ['a signal', (signal) => signal],
  ['an object that has one', (signal) => ({ signal })],
])('%s among the arguments ends the wait of its caller, and the run with the last who waits', async (_, given) => {
  await using b = await bench()
  const runs: { readonly signal: AbortSignal; readonly end: (result: string) => void }[] = []
  const load = b.fetch.buffered(
    (_id: string, of: { readonly signal: AbortSignal } | AbortSignal) =>
      new Promise<string>((end) => runs.push({ signal: of instanceof AbortSignal ? of : of.signal, end })),
    { key: (id) => id, negativeTtl: '1h' },
  )
  const callers = [1, 2, 3].map(() => {
    const caller = new AbortController()
    return { caller, call: load('a', given(caller.signal) as AbortSignal) }
  })
  const leave = (n: number): Promise<unknown> => {
    callers[n]?.caller.abort(n)
    return thrownBy(callers[n]?.call ?? Promise.resolve())
  }
  await vi.waitUntil(() => runs.length === 1)
  expect([await leave(0), await leave(1), runs[0]?.signal.aborted]).toEqual([0, 1, false])
  expect([await leave(2), runs[0]?.signal.aborted]).toEqual([2, true])
  const again = load('a', given(new AbortController().signal) as AbortSignal)
  await vi.waitUntil(() => runs.length === 2)
  runs[1]?.end('fine')
  expect(await again).toBe('fine')
})

test('who leaves by a signal does so also where somebody without one set out before', async () => {
  await using b = await bench()
  const { work, started, release } = gated<string>()
  const load = b.fetch.buffered((_id: string, _signal?: AbortSignal) => work(), { key: (id) => id })
  const first = load('a')
  await started
  const second = load('a', AbortSignal.abort('enough'))
  expect(await thrownBy(second)).toBe('enough')
  release('fine')
  expect(await first).toBe('fine')
})
