import { setImmediate } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { bench, thrownBy } from './kit.ts'

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
    expect(load.cache.info()).toEqual({ hits: 2, misses: 1, size: 1, stale: 1 })
  })

  test('stale is given in a cool-down too, where it is too old to fall back to', async () => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered(
      (): number => {
        if (++runs > 1) throw new Error('down')
        return runs
      },
      { ttl: '10s', staleWhileRevalidate: true, fallback: { maxStale: '5s' } },
    )
    await load()
    await b.clock.advance(20_000)
    for (let n = 0; n < 3; n++) {
      expect(await load()).toBe(1)
      await b.fetch.idle()
    }
    expect(runs).toBe(4)
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
    const load = b.fetch.buffered((id: string) => `${id} ${++runs}`, { name: 'load rates', tags: ['rates'] })
    expect([await load('a'), await load('b')]).toEqual(['a 1', 'b 2'])
    expect(stored).toEqual(['function:load%20rates', 'function:load%20rates'])
    const listed = await Array.fromAsync(b.fetch.cache.entries({ tag: 'rates' }))
    expect(listed).toHaveLength(2)
    await b.clock.advance(1)
    await b.fetch.cache.invalidate({ tag: 'rates' })
    await b.clock.advance(1)
    expect([await load('a'), await load('a')]).toEqual(['a 3', 'a 3'])
  })

  test('a closed instance refuses', async () => {
    await using b = await bench()
    const load = b.fetch.buffered(() => 1)
    await b.fetch.close()
    expect(await thrownBy(load())).toMatchObject({ code: 'CLOSED' })
  })

  test.each(['a closed instance', 'a tier that outlives the process'])(
    '%s refuses a peek, and nothing rejects for nobody',
    async (why) => {
      await using b = await bench((file) => ({ tiers: [why === 'a closed instance' ? memory() : sqlite(file('a.db'))] }))
      const rejections: unknown[] = []
      const listen = (reason: unknown): void => void rejections.push(reason)
      process.on('unhandledRejection', listen)
      onTestFinished(() => void process.off('unhandledRejection', listen))
      const load = b.fetch.buffered(() => 1)
      if (why === 'a closed instance') await b.fetch.close()
      expect(await thrownBy(load.cache.peek())).toBeInstanceOf(TypeError)
      // Node tells of a rejection that nobody took once the promises are through.
      await setImmediate()
      expect(rejections).toEqual([])
    },
  )

  test('a function may call fetches and functions of the same instance, itself too', async () => {
    await using b = await bench({ tiers: [memory()], limits: { concurrency: 1 } })
    const fib: (n: number) => Promise<number> = b.fetch.buffered(async (n: number) =>
      n < 2 ? n : (await fib(n - 1)) + (await fib(n - 2)),
    )
    expect(await fib(40)).toBe(102334155)
  })
})
