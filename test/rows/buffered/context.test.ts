import { describe, expect, test } from 'vitest'
import { bench, TIERS, thrownBy } from './kit.ts'

describe.each(TIERS)('inside a running function: %s', (_, tiers) => {
  test('previous is the result before, and absent at first', async () => {
    await using b = await bench(tiers)
    const { context } = b.fetch.buffered
    const load = b.fetch.buffered(
      async () => {
        await Promise.resolve()
        const known = context()
        return 'previous' in known ? [...(known.previous as number[]), 1] : []
      },
      { name: 'load', ttl: '1s' },
    )
    const results: number[][] = []
    for (let n = 0; n < 3; n++) {
      results.push(await load())
      await b.clock.advance(2_000)
    }
    expect(results).toEqual([[], [1], [1, 1]])
  })

  test('a large previous is read before the function runs', async () => {
    await using b = await bench(tiers)
    const load = b.fetch.buffered(
      () => {
        const { previous } = b.fetch.buffered.context() as { previous?: Uint8Array }
        return new Uint8Array(2 * 1024 * 1024).fill((previous?.[7] ?? 0) + 1)
      },
      { name: 'load', ttl: '1s' },
    )
    await load()
    await b.clock.advance(2_000)
    expect((await load())[1024 * 1024]).toBe(2)
  })

  test('setTtl says for how long this one is fresh, tag adds to the tags of this one', async () => {
    await using b = await bench(tiers)
    let runs = 0
    const load = b.fetch.buffered(
      (ttl: number | string, ...tags: string[]) => {
        b.fetch.buffered.context().setTtl(ttl)
        b.fetch.buffered.context().tag(...tags)
        return ++runs
      },
      { name: 'load', ttl: '20s', tags: ['all'] },
    )
    expect([await load('10s'), await load('15s', 'rare'), await load(Number.POSITIVE_INFINITY)]).toEqual([1, 2, 3])
    await b.clock.advance(11_000)
    expect([await load('10s'), await load('15s', 'rare')]).toEqual([4, 2])
    expect(await Array.fromAsync(b.fetch.cache.entries({ tag: 'rare' }))).toHaveLength(1)
    expect(await Array.fromAsync(b.fetch.cache.entries({ tag: 'all' }))).toHaveLength(3)
    await b.fetch.cache.invalidate({ tag: 'rare' })
    await b.clock.advance(1)
    expect([await load('10s'), await load('15s', 'rare')]).toEqual([4, 5])
    // Within the minute after which the instance sweeps.
    await b.clock.advance(30_000)
    expect(await load(Number.POSITIVE_INFINITY)).toBe(3)
  })

  test('what is skipped goes to those who wait, and is not kept', async () => {
    await using b = await bench(tiers)
    let runs = 0
    const load = b.fetch.buffered(
      async () => {
        b.fetch.buffered.context().skip()
        return { run: ++runs }
      },
      { name: 'load' },
    )
    expect(await Promise.all([load(), load()])).toEqual([{ run: 1 }, { run: 1 }])
    expect(await load()).toEqual({ run: 2 })
    expect(await load.cache.peek()).toBe(undefined)
  })

  test('fail gives up at once, with the last good result where there is one', async () => {
    await using b = await bench(tiers)
    let runs = 0
    const reason = new Error('empty answer')
    const load = b.fetch.buffered(
      () => {
        if (++runs !== 2) b.fetch.buffered.context().fail(reason)
        return runs
      },
      { name: 'load', ttl: '1s', retry: 5 },
    )
    expect(await thrownBy(load())).toBe(reason)
    expect(await load()).toBe(2)
    await b.clock.advance(2_000)
    expect(await load()).toBe(2)
    expect(runs).toBe(3)
  })
})

test('each run has its own, and outside there is none', async () => {
  await using b = await bench()
  expect(() => b.fetch.buffered.context()).toThrow(/inside a running function only/)
  const inner = b.fetch.buffered(async (n: number) => {
    b.fetch.buffered.context().tag(`inner${n}`)
    return n
  })
  const outer = b.fetch.buffered(async () => {
    const { signal } = b.fetch.buffered.context()
    await Promise.all([inner(1), inner(2)])
    b.fetch.buffered.context().tag('outer')
    return signal === b.fetch.buffered.context().signal
  })
  expect(await outer()).toBe(true)
  const tags = (await Array.fromAsync(b.fetch.cache.entries())).map((entry) => entry.tags)
  expect(new Set(tags.map(([tag]) => tag))).toEqual(new Set(['inner1', 'inner2', 'outer']))
})

test('a wrong lifetime or tag is a failure of the function', async () => {
  await using b = await bench()
  const { buffered } = b.fetch
  await expect(buffered(() => buffered.context().setTtl('soon'))()).rejects.toThrow(/setTtl/)
  await expect(buffered(() => buffered.context().tag(''))()).rejects.toThrow(/tag\[0\]/)
})

test('previous is decoded when it is asked for, and not before', async () => {
  await using b = await bench()
  let decoded = 0
  let asks = false
  const load = b.fetch.buffered(
    () => {
      const known = b.fetch.buffered.context()
      return asks ? [known.previous, known.previous] : [1]
    },
    {
      ttl: '1s',
      codec: {
        encode: (value: unknown) => new TextEncoder().encode(JSON.stringify(value)),
        decode: (bytes) => {
          decoded++
          return JSON.parse(new TextDecoder().decode(bytes))
        },
      },
    },
  )
  await load()
  await b.clock.advance(2_000)
  decoded = 0
  await load()
  expect(decoded, 'the result of the call').toBe(1)
  asks = true
  await b.clock.advance(2_000)
  expect(await load()).toEqual([[1], [1]])
})
