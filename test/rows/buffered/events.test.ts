import { channel } from 'node:diagnostics_channel'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { CachedFetch } from '../../../src/index.ts'
import { bench, TIERS, thrownBy } from './kit.ts'

/** What a user writes to see it in a dashboard. */
function metrics(fetch: CachedFetch): Record<string, number> {
  const counted: Record<string, number> = { hits: 0, stale: 0, misses: 0, stored: 0, fallbacks: 0, failures: 0, refreshes: 0 }
  const count = (name: string): void => {
    counted[name] = (counted[name] ?? 0) + 1
  }
  fetch.on('verdict', ({ verdict }) => {
    if (verdict === 'fresh') count('hits')
    else count(verdict === 'stale-while-revalidate' ? 'stale' : 'misses')
  })
  fetch.on('stored', () => count('stored'))
  fetch.on('fallback', () => count('fallbacks'))
  fetch.on('attempt', ({ attempt }) => attempt.error !== undefined && count('failures'))
  fetch.on('refresh-failed', () => count('refreshes'))
  return counted
}

describe.each(TIERS)('events: %s (D19)', (_, tiers) => {
  test('a metrics plugin counts right', async () => {
    await using b = await bench(tiers)
    const counted = metrics(b.fetch)
    let broken = false
    const load = b.fetch.buffered(
      async (n: number) => {
        if (broken) throw new Error('down')
        return n
      },
      { name: 'load', ttl: '10s', staleWhileRevalidate: '5s', fallback: { cooldown: 0 } },
    )
    for (const n of [1, 2, 1, 1]) await load(n)
    expect(counted).toEqual({ hits: 2, stale: 0, misses: 2, stored: 2, fallbacks: 0, failures: 0, refreshes: 0 })
    await b.clock.advance(11_000)
    expect(await load(1)).toBe(1)
    await b.fetch.idle()
    expect(counted).toMatchObject({ stale: 1, stored: 2 })
    broken = true
    await b.clock.advance(11_000)
    expect(await load(1)).toBe(1)
    await b.fetch.idle()
    expect(counted).toMatchObject({ stale: 2, refreshes: 1, failures: 1, fallbacks: 0 })
    await b.clock.advance(20_000)
    expect(await load(1)).toBe(1)
    expect(await thrownBy(load(3))).toMatchObject({ message: 'down' })
    expect(counted).toMatchObject({ fallbacks: 1, failures: 3 })
    expect(b.fetch.cache.stats()).toMatchObject({ requests: 7, fallbacks: 1 })
  })
})

test('they go out on channels too, and a listener that throws hurts nobody', async () => {
  await using b = await bench()
  const told: unknown[] = []
  const listen = (message: unknown): void => void told.push(message)
  channel('holdfast:stored').subscribe(listen)
  onTestFinished(() => {
    channel('holdfast:stored').unsubscribe(listen)
  })
  b.fetch.on('lookup', () => {
    throw new Error('mine')
  })
  const load = b.fetch.buffered(() => 1, { name: 'load' })
  expect([await load(), await load()]).toEqual([1, 1])
  expect(told).toMatchObject([{ url: 'function:load' }])
})

test('a refresh behind that fails is told once, and rejects nowhere', async () => {
  await using b = await bench()
  const rejections: unknown[] = []
  const listen = (reason: unknown): void => void rejections.push(reason)
  process.on('unhandledRejection', listen)
  onTestFinished(() => void process.off('unhandledRejection', listen))
  const told: unknown[] = []
  b.fetch.on('refresh-failed', ({ url, error }) => told.push([url, error]))
  const error = new Error('down')
  let runs = 0
  const load = b.fetch.buffered(
    async () => {
      if (++runs > 1) throw error
      return 1
    },
    { ttl: '1s', staleWhileRevalidate: true },
  )
  await load()
  await b.clock.advance(2_000)
  expect(await Promise.all([load(), load(), load()])).toEqual([1, 1, 1])
  await b.fetch.idle()
  await new Promise((resolve) => setImmediate(resolve))
  expect([runs, told.length > 0, new Set(told.map((one) => (one as unknown[])[1])), rejections]).toEqual([
    2,
    true,
    new Set([error]),
    [],
  ])
})

test('closing tells the function that runs, and who waits gets the last good result', async () => {
  await using b = await bench()
  const { context } = b.fetch.buffered
  let signal: AbortSignal | undefined
  const started = Promise.withResolvers<void>()
  let runs = 0
  const load = b.fetch.buffered(
    async (): Promise<number> => {
      if (++runs === 1) return 1
      signal = context().signal
      started.resolve()
      return new Promise(() => undefined)
    },
    { ttl: '1s' },
  )
  await load()
  await b.clock.advance(2_000)
  const waiting = load()
  await started.promise
  await b.fetch.close()
  expect([await waiting, signal?.aborted]).toEqual([1, true])
})

describe('groups, releases, limits of falling back', () => {
  test('a group is made stale, and deleted, at once', async () => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered((n: number) => `${n} ${++runs}`, { group: 'sandbox' })
    const other = b.fetch.buffered((n: number) => `${n} ${++runs}`)
    expect([await load(1), await other(1)]).toEqual(['1 1', '1 2'])
    await b.clock.advance(1)
    await b.fetch.cache.invalidate({ group: 'sandbox' })
    await b.clock.advance(1)
    expect([await load(1), await other(1)]).toEqual(['1 3', '1 2'])
    expect(await b.fetch.cache.delete({ group: 'sandbox' })).toBe(1)
    expect([await load(1), await other(1)]).toEqual(['1 4', '1 2'])
  })

  test.each<[string, object, string]>([
    ['off', { fallback: false }, 'down'],
    ['no older than this', { fallback: { maxStale: '5s' } }, 'down'],
    ['not for this cause', { fallback: { on: ['timeout'] } }, 'down'],
    ['a duration', { fallback: '5s' }, 'down'],
    ['unlimited', {}, 'the last good one'],
  ])('fallback: %s', async (_, options, expected) => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered(
      () => {
        if (++runs > 1) throw new Error('down')
        return 'the last good one'
      },
      { ttl: '1s', ...options },
    )
    await load()
    await b.clock.advance(10_000)
    expect(await load().catch(({ message }: Error) => message)).toBe(expected)
  })

  test('ttl 0 asks each time, and those who come at once ask once', async () => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered(async () => ++runs, { ttl: 0 })
    expect(await Promise.all([load(), load(), load()])).toEqual([1, 1, 1])
    expect(await load()).toBe(2)
  })
})
