import { describe, expect, test } from 'vitest'
import { bench, TIERS, thrownBy } from './kit.ts'

type Numbers = (n: number) => Promise<number>

describe.each(TIERS)('functions that call functions: %s', (_, tiers) => {
  test('itself with other arguments', async () => {
    await using b = await bench(tiers)
    let runs = 0
    const fib: Numbers = b.fetch.buffered(
      async (n: number) => {
        runs++
        return n < 2 ? n : (await fib(n - 1)) + (await fib(n - 2))
      },
      { name: 'fib' },
    )
    expect(await fib(20)).toBe(6765)
    expect(runs).toBe(21)
  })

  test('itself with the same arguments: an error at once, which says so, and nobody hangs', async () => {
    await using b = await bench(tiers)
    const load: Numbers = b.fetch.buffered(async (n: number) => (await load(n)) + 1, { name: 'load' })
    const others = [load(1), load(1)].map(thrownBy)
    for (const error of await Promise.all(others)) expect(String(error)).toMatch(/TypeError: .*load.* waits for itself/)
    expect(await thrownBy(load(1))).toBeInstanceOf(TypeError)
  })

  test('in a circle, and in two circles at once', async () => {
    await using b = await bench(tiers)
    const started = Promise.withResolvers<void>()
    let runs = 0
    const both = async (): Promise<void> => {
      if (++runs === 2) started.resolve()
      await started.promise
    }
    const ping: Numbers = b.fetch.buffered(
      async (n: number) => {
        await both()
        return pong(n)
      },
      { name: 'ping' },
    )
    const pong: Numbers = b.fetch.buffered(
      async (n: number) => {
        await both()
        return ping(n)
      },
      { name: 'pong' },
    )
    // Each is started by its own caller, and then waits for the other.
    const errors = await Promise.all([thrownBy(ping(1)), thrownBy(pong(1))])
    expect(errors.map(String)).toEqual([expect.stringMatching(/waits for itself/), expect.stringMatching(/waits for itself/)])
  })

  test('a function that catches it goes on, and so does the next call', async () => {
    await using b = await bench(tiers)
    const load: Numbers = b.fetch.buffered(async (n: number) => load(n).catch(() => 7), { name: 'load', ttl: '1s' })
    expect(await load(1)).toBe(7)
    await b.clock.advance(2_000)
    expect(await load(1)).toBe(7)
  })
})

test('to look at its own stale result a function need not wait for itself', async () => {
  await using b = await bench()
  let runs = 0
  const load: Numbers = b.fetch.buffered(
    async (n: number) => {
      runs++
      return runs === 1 ? n : (await load(n)) + 1
    },
    { ttl: '1s', staleWhileRevalidate: true },
  )
  expect(await load(1)).toBe(1)
  await b.clock.advance(2_000)
  expect(await load(1)).toBe(1)
  await b.fetch.idle()
  expect(await load(1)).toBe(2)
  expect(runs).toBe(2)
})

test('its own refresh is itself too, and what it starts and does not wait for is none of its business', async () => {
  await using b = await bench()
  const load = b.fetch.buffered(async (): Promise<number> => load.cache.refresh())
  expect(String(await thrownBy(load()))).toMatch(/waits for itself/)
  const late: Promise<unknown>[] = []
  const fire = b.fetch.buffered(async (): Promise<number> => {
    if (late.length === 0)
      late.push(
        Promise.resolve()
          .then(() => fire())
          .catch((error: unknown) => error),
      )
    return 1
  })
  expect(await fire()).toBe(1)
  await Promise.all(late)
  expect(await fire()).toBe(1)
})

test('siblings that share what they need are no circle', async () => {
  await using b = await bench()
  let runs = 0
  const leaf = b.fetch.buffered(async (n: number) => {
    await new Promise((resolve) => setImmediate(resolve))
    runs++
    return n
  })
  const left = b.fetch.buffered(async (n: number) => (await leaf(n)) + (await leaf(n + 1)))
  const right = b.fetch.buffered(async (n: number) => (await leaf(n + 1)) + (await leaf(n)))
  const top = b.fetch.buffered(async (n: number) => Promise.all([left(n), right(n), leaf(n)]))
  expect(await Promise.all([top(1), top(1), left(1)])).toEqual([[3, 3, 1], [3, 3, 1], 3])
  expect(runs).toBe(2)
})

test('a signal of one run is not that of another inside of it', async () => {
  await using b = await bench()
  const { context } = b.fetch.buffered
  const seen: AbortSignal[] = []
  const inner = b.fetch.buffered(async () => {
    seen.push(context().signal)
    return 1
  })
  const outer = b.fetch.buffered(async () => {
    seen.push(context().signal)
    return inner()
  })
  await outer()
  expect(new Set(seen).size).toBe(2)
})
