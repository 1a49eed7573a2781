import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { BufferedFunction } from '../../../src/index.ts'
import { bench, TIERS, thrownBy } from './kit.ts'

describe.each(TIERS)('a result has a history, as an answer has: %s (D29)', (_, tiers) => {
  test('versions, labels, pins: what was labelled failed is not served, and its predecessor is', async () => {
    await using b = await bench(tiers)
    let runs = 0
    const load = b.fetch.buffered((id: string) => ({ id, run: ++runs }), { name: 'load', ttl: '10s' })
    for (let n = 0; n < 2; n++) {
      await load('a')
      await b.clock.advance(11_000)
    }
    await load('a')
    await load('b')
    const entry = load.cache.entry('a')
    const versions = await entry.versions()
    expect(versions).toHaveLength(2)
    expect(versions[0]).toMatchObject({ url: 'function:load', labels: [], status: 200 })
    await entry.label('failed', { reason: 'it was wrong' })
    expect(await load('a')).toEqual({ id: 'a', run: 5 })
    expect((await entry.versions({ label: 'failed' }))[0]?.id).toBe(versions[0]?.id)
    expect(await load('b')).toEqual({ id: 'b', run: 4 })
    await entry.pin()
    expect((await entry.versions())[0]).toMatchObject({ pinned: true })
    expect(await entry.explain()).toContain('function:load')
    expect(await entry.stats()).toMatchObject({ requests: expect.any(Number) })
    await entry.delete()
    expect(await load.cache.peek('a')).toBe(undefined)
    expect(await load.cache.peek('b')).toEqual({ id: 'b', run: 4 })
  })

  test('the last good one is what is labelled valid', async () => {
    await using b = await bench(tiers)
    let result: string | Error = 'good'
    const load = b.fetch.buffered(
      () => {
        if (result instanceof Error) throw result
        return result
      },
      { name: 'load', ttl: '10s' },
    )
    await load()
    await load.cache.entry().label('valid')
    await b.clock.advance(11_000)
    result = 'doubtful'
    expect(await load()).toBe('doubtful')
    await b.clock.advance(11_000)
    result = new Error('down')
    expect(await load()).toBe('good')
    const [failure] = await load.cache.entry().failures()
    expect(failure?.[0]?.error).toMatchObject({ message: expect.stringContaining('down') })
  })

  test('the bytes of a version are there to be read', async () => {
    await using b = await bench(tiers)
    const load = b.fetch.buffered((id: string) => ({ id }), { name: 'load', codec: 'json' })
    await load('a')
    const entry = load.cache.entry('a')
    expect(await (await entry.version('latest'))?.response().then((response) => response.json())).toEqual({ id: 'a' })
    await expect(load.cache.entry(...([() => 1] as unknown as [string])).versions()).rejects.toThrow(/^args\[0\]: a function/)
  })
})

test('an entry is that of its arguments as they were when it was asked for', async () => {
  await using b = await bench()
  const load = b.fetch.buffered(({ id }: { id: string }) => id, { key: ({ id }) => id })
  await Promise.all([load({ id: 'a' }), load({ id: 'b' })])
  const asked = { id: 'a' }
  const entry = load.cache.entry(asked)
  asked.id = 'b'
  await entry.delete()
  expect(await Promise.all([load.cache.peek({ id: 'a' }), load.cache.peek({ id: 'b' })])).toEqual([undefined, 'b'])
})

test('lists say what it is, and no argument where it outlives the process', async () => {
  await using b = await bench((file) => ({ tiers: [sqlite(file('a.db'))] }))
  const load = b.fetch.buffered((token: string) => token.length, {
    name: 'load rates',
    group: 'sandbox',
    tags: ['rates'],
    instanceKey: () => 'a s3cr3t too',
  })
  await load.call({}, 's3cr3t')
  const [entry, ...others] = await Array.fromAsync(b.fetch.cache.entries({ match: 'function:*' }))
  expect(others).toEqual([])
  expect(entry).toMatchObject({ method: 'GET', url: 'function:load%20rates', group: 'sandbox', tags: ['rates'], versions: 1 })
  expect(JSON.stringify(entry)).not.toContain('s3cr3t')
  expect(await b.fetch.cache.delete({ url: 'function:load%20rates' })).toBe(1)
  expect(await Array.fromAsync(b.fetch.cache.entries())).toEqual([])
})

test('events tell no argument either', async () => {
  await using b = await bench((file) => ({ tiers: [sqlite(file('a.db'))] }))
  const told: unknown[] = []
  for (const event of ['lookup', 'verdict', 'attempt', 'stored', 'fallback', 'store-skipped', 'warning'] as const)
    b.fetch.on(event, (payload) => told.push(payload))
  const load = b.fetch.buffered((token: string) => token.length, { name: 'load' })
  await load('s3cr3t')
  await load('s3cr3t')
  expect(told.length).toBeGreaterThan(4)
  expect(JSON.stringify(told)).not.toContain('s3cr3t')
})

describe('errors are not kept, unless they were asked to be (issue 7)', () => {
  test('negativeTtl: the same error for a while, without a run', async () => {
    await using b = await bench()
    let runs = 0
    const errors = [new Error('first'), new Error('second')]
    const load = b.fetch.buffered(
      (id: string) => {
        if (id === 'good') return 1
        throw errors[runs++] ?? new Error('third')
      },
      { negativeTtl: '2s' },
    )
    expect(await thrownBy(load('a'))).toBe(errors[0])
    expect(await thrownBy(load('a'))).toBe(errors[0])
    expect(await load('good')).toBe(1)
    expect(await thrownBy(load('b'))).toBe(errors[1])
    await b.clock.advance(1_999)
    expect(await thrownBy(load('a'))).toBe(errors[0])
    expect(load.cache.info()).toEqual({ hits: 2, misses: 3, size: 1, stale: 0 })
    await b.clock.advance(2)
    await thrownBy(load('a'))
    expect(runs).toBe(3)
  })

  test.each<[string, (load: BufferedFunction<unknown, [], number>) => Promise<unknown>]>([
    ['clear', ({ cache }) => cache.clear()],
    ['invalidate', ({ cache }) => cache.invalidate()],
    ['refresh', ({ cache }) => cache.refresh().catch(() => undefined)],
  ])('what is said of it ends it: %s', async (_, say) => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered(
      (): number => {
        if (++runs < 3) throw new Error(`run ${runs}`)
        return runs
      },
      { negativeTtl: '1h' },
    )
    await thrownBy(load())
    await say(load)
    await b.clock.advance(1)
    await load().catch(() => undefined)
    expect(runs).toBe(2)
  })

  test('a value that was set answers, and a last good one comes first', async () => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered(
      (): number => {
        runs++
        throw new Error('down')
      },
      { negativeTtl: '1h', ttl: '1s' },
    )
    await thrownBy(load())
    await load.cache.set([], 7)
    expect(await load()).toBe(7)
    await b.clock.advance(2_000)
    expect(await load()).toBe(7)
    expect(runs).toBe(2)
  })

  test('what nobody waited for to the end, or a closed instance, is no failure of the function', async () => {
    await using b = await bench()
    const load = b.fetch.buffered(() => new Promise<never>(() => undefined), { negativeTtl: '1h' })
    const waiting = thrownBy(load())
    await b.fetch.close()
    expect(await waiting).toMatchObject({ code: 'CLOSED' })
  })

  test('by default nothing is remembered', async () => {
    await using b = await bench()
    let runs = 0
    const load = b.fetch.buffered((): number => {
      if (++runs === 1) throw new Error('once')
      return runs
    })
    await thrownBy(load())
    expect(await load()).toBe(2)
  })
})
