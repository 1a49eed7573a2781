import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import type { BufferedFunction, CachedFetch } from '../../../src/index.ts'
import { startChild } from '../../helpers/child.ts'
import { bench, thrownBy } from './kit.ts'

const CALLER = new URL('./children/caller.ts', import.meta.url)

type Load = BufferedFunction<unknown, [id: string], number>

interface Told {
  runs: number
  results: { by: number; at: number; n: string }[]
}

describe('several tiers and processes are one cache', () => {
  test('what one process has, the next one runs not at all (D26)', async () => {
    await using b = await bench()
    const file = b.file('shared.db')
    const told: Told[] = []
    for (const ids of [
      ['a', 'b'],
      ['b', 'a', 'c'],
    ]) {
      await using child = startChild(CALLER, { args: [file, ...ids] })
      told.push(await child.message<Told>())
      expect(await child.exit).toMatchObject({ code: 0, stderr: '' })
    }
    const [first, second] = told
    expect(first).toMatchObject({ runs: 2, results: [{ at: 7, n: String(2n ** 70n) }, { at: 7 }] })
    expect(second?.runs).toBe(1)
    expect(second?.results.map(({ by }) => by === first?.results[0]?.by)).toEqual([true, true, false])
  })

  test('what only the farther tier has is answered, and put into the nearer one as old as it is (D12, D13)', async () => {
    await using b = await bench()
    let runs = 0
    const count = (): { run: number } => ({ run: ++runs })
    const options = { name: 'count', ttl: '10s' }
    const file = b.file('a.db')
    await b.open({ tiers: [sqlite(file)] }).buffered(count, options)()
    await b.clock.advance(9_000)
    const both = b.open({ tiers: [memory(), sqlite(file)] })
    const tiers: (string | undefined)[] = []
    both.on('lookup', ({ tier }) => tiers.push(tier))
    const load = both.buffered(count, options)
    expect([await load(), await load()]).toEqual([{ run: 1 }, { run: 1 }])
    expect(tiers).toEqual(['sqlite', 'memory'])
    await b.clock.advance(2_000)
    expect(await load()).toEqual({ run: 2 })
  })

  test.each<[string, (fetch: CachedFetch, load: Load) => Promise<unknown>]>([
    ['clear', (_, load) => load.cache.clear()],
    ['cache.delete by url', (fetch) => fetch.cache.delete({ url: 'function:load' })],
    ['cache.delete by tag', (fetch) => fetch.cache.delete({ tag: 'loads' })],
  ])('what two delete in one moment is in the memory of neither: %s', async (_, word) => {
    // A store forgets what says nothing else by the machine's own clock.
    const clock = manualClock(Date.now())
    await using b = await bench()
    let runs = 0
    const instance = (): [CachedFetch, Load] => {
      const fetch = b.open({ tiers: [memory(), sqlite(b.file('a.db'))], clock })
      return [fetch, fetch.buffered((_id: string) => ++runs, { name: 'load', tags: ['loads'] })]
    }
    const both = [instance(), instance()]
    for (const [, load] of both) expect([await load('a'), await load('a')]).toEqual([1, 1])
    await clock.advance(1)
    for (const [fetch, load] of both) await word(fetch, load)
    await clock.advance(1)
    for (const [, load] of both.toReversed()) expect(await load('a')).toBe(2)
  })

  test('what another process deletes while it is set is deleted, and no tier has failed', async () => {
    const clock = manualClock(Date.now())
    await using b = await bench()
    const writing = Promise.withResolvers<void>()
    const written = Promise.withResolvers<void>()
    const slowly = new Proxy(sqlite(b.file('a.db')), {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        const call = value.bind(target) as (...args: unknown[]) => unknown
        if (name !== 'compareAndSet') return call
        return async (...args: unknown[]) => {
          writing.resolve()
          await written.promise
          return call(...args)
        }
      },
    })
    const [one, other] = [slowly, sqlite(b.file('a.db'))].map((tier) =>
      b.open({ tiers: [tier], clock }).buffered((_id: string) => 1, { name: 'load' }),
    )
    const set = one?.cache.set(['a'], 2)
    await writing.promise
    await clock.advance(1)
    await other?.cache.set(['a'], 3)
    await other?.cache.clear()
    written.resolve()
    await set
    expect([await one?.cache.peek('a'), await other?.cache.peek('a')]).toEqual([undefined, undefined])
  })

  test.each([
    ['once', { do: 'throw', call: 1 }, 10],
    ['ever', { do: 'flip' }, 2],
  ] as const)('what was replaced is no hit where its successor cannot be read %s', async (_, fault, expected) => {
    await using b = await bench()
    const tier = chaos(sqlite(b.file('a.db')), { random: () => 0 })
    let runs = 0
    const load = b.open({ tiers: [tier] }).buffered(() => ++runs, { name: 'load' })
    expect(await load()).toBe(1)
    await b.clock.advance(1)
    await load.cache.set([], 10)
    const [newest] = await load.cache.entry().versions()
    await b.clock.advance(1)
    tier.chaos.use([{ ...fault, on: 'get', key: new RegExp(`^h1:v:.*:${newest?.id}`) }])
    expect([await load(), await load()]).toEqual([expected, expected])
  })

  test('a tier that fails costs a run, and no error (D14)', async () => {
    await using b = await bench()
    const broken = chaos(sqlite(b.file('a.db')), {
      faults: [{ do: 'throw', on: ['get', 'getMany', 'set', 'setMany'] }],
      clock: b.clock,
    })
    const fetch = b.open({ tiers: [memory(), broken] })
    const errors: string[] = []
    fetch.on('tier-error', ({ tier }) => errors.push(tier))
    let runs = 0
    const load = fetch.buffered(() => ++runs, { name: 'load' })
    expect([await load(), await load()]).toEqual([1, 1])
    expect(errors.length).toBeGreaterThan(0)
  })

  test.each([100_000, 3_000_000, 8_400_000])(
    'so does one that takes %i bytes, too many for memory, and does not give them back',
    async (size) => {
      await using b = await bench()
      const tier = chaos(sqlite(b.file('a.db')), {
        faults: [{ do: 'throw', on: ['get', 'getMany', 'bodies.read'] }],
        clock: b.clock,
      })
      const fetch = b.open({ tiers: [memory({ maxEntryBytes: '64KB' }), tier] })
      const load = fetch.buffered(() => 'x'.repeat(size), { name: 'load' })
      for (const result of [await load(), await load()]) expect(result).toHaveLength(size)
    },
  )

  test('what is stored in another form is made anew', async () => {
    await using b = await bench()
    const file = b.file('a.db')
    let runs = 0
    const count = (): number => ++runs
    expect(await b.open({ tiers: [sqlite(file)] }).buffered(count, { name: 'count', codec: 'json' })()).toBe(1)
    const load = b.open({ tiers: [memory(), sqlite(file)] }).buffered(count, { name: 'count' })
    expect([await load(), await load()]).toEqual([2, 2])
  })

  test('no argument stands in a store that outlives the process', async () => {
    await using b = await bench()
    const store = sqlite(b.file('a.db'))
    const load = b.open({ tiers: [store] }).buffered((token: string) => token.length, { name: 'load' })
    expect(await load('s3cr3t-t0ken')).toBe(12)
    for await (const key of store.keys('')) {
      expect(key).not.toContain('s3cr3t')
      expect(Buffer.from((await store.get(key)) ?? []).toString('latin1')).not.toContain('s3cr3t')
    }
  })

  test('a result that nobody may read is a failure of the codec, and told', async () => {
    await using b = await bench()
    const codec = {
      encode: (value: number) => new Uint8Array([value]),
      decode: (): number => {
        throw new Error('no')
      },
    }
    expect(String(await thrownBy(b.fetch.buffered(() => 1, { codec })()))).toMatch(/no/)
  })
})
