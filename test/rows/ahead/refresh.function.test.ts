import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, onTestFinished, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, type Store } from '../../../src/index.ts'
import { rounds, turnFor, turnUntil } from '../../helpers/turning.ts'
import { type Bench, bench, TIERS } from '../buffered/kit.ts'
import { MINUTE, SECOND } from '../versions/histories.ts'
import { pass } from './kit.ts'

const EVERY_MINUTE = { ttl: '1h', refresh: { every: '1m' } }

/** What `refresh-failed` has told. */
function failures(b: Bench): Error[] {
  const told: Error[] = []
  b.fetch.on('refresh-failed', ({ error }) => told.push(error))
  return told
}

describe.each(TIERS)('a function that is to stay fresh, over %s', (_, options) => {
  test('runs again with the same arguments, and without a caller', async () => {
    await using b = await bench(options)
    const runs: string[] = []
    const load = b.fetch.buffered(
      async (name: string, n: number) => {
        runs.push(`${name}${n}`)
        return `${name}${n} at ${runs.length}`
      },
      { name: 'load', ...EVERY_MINUTE },
    )
    expect(await load('a', 1)).toBe('a1 at 1')
    expect(await load('b', 2)).toBe('b2 at 2')
    await pass(b, MINUTE + SECOND)
    expect(runs.toSorted()).toEqual(['a1', 'a1', 'b2', 'b2'])
    expect(await load('a', 1)).toMatch(/^a1 at [34]$/)
    expect(load.cache.info()).toMatchObject({ hits: 1, misses: 2 })
  })
})

test('over a remote tier one instance of several runs it, though its result is on its way there for a while', async () => {
  const clock = manualClock(Date.now())
  const place = sqlite(':memory:', { clock })
  const slow = chaos(place, { clock, faults: [{ do: { delay: 60 }, on: ['set', 'setMany'] }] })
  const far: Store = { ...slow, remote: true, shared: true, close: async () => undefined }
  let runs = 0
  const fetches = [0, 1, 2].map(() => createCachedFetch({ tiers: [memory(), far], clock }))
  onTestFinished(async () => {
    await Promise.all(fetches.map((fetch) => fetch.close()))
    await place.close()
  })
  const idle = (): Promise<unknown> => Promise.all(fetches.map((fetch) => fetch.idle()))
  for (const fetch of fetches) {
    await turnUntil(clock, fetch.buffered(() => ++runs, { name: 'load', ...EVERY_MINUTE })())
    await turnUntil(clock, idle())
  }
  expect(runs).toBe(1)
  await turnFor(clock, MINUTE + 2 * SECOND, 50)
  await turnUntil(clock, idle())
  expect(runs).toBe(2)
})

test('by a calendar, and false: not at all', async () => {
  await using b = await bench()
  let runs = 0
  const nightly = b.fetch.buffered(() => ++runs, { refresh: { cron: '0 * * * *' } })
  const never = b.fetch.buffered(() => ++runs, { refresh: false })
  await Promise.all([nightly(), never()])
  await pass(b, 2 * 60 * MINUTE)
  expect(runs).toBe(2 + 2)
})

test('what an instance says of refresh is of its fetches', async () => {
  await using b = await bench({ refresh: { every: '1m' } })
  let runs = 0
  await b.fetch.buffered(() => ++runs)()
  await pass(b, 5 * MINUTE)
  expect(runs).toBe(1)
})

test('one that throws is told, its last good result stays, and the next one runs', async () => {
  await using b = await bench()
  const failed = failures(b)
  let runs = 0
  const load = b.fetch.buffered(async () => {
    if (++runs === 2) throw new Error('of mine')
    return runs
  }, EVERY_MINUTE)
  expect(await load()).toBe(1)
  await pass(b, MINUTE + SECOND)
  expect(failed).toMatchObject([{ message: 'of mine' }])
  expect(await load()).toBe(1)
  await pass(b, MINUTE + SECOND)
  expect(await load()).toBe(3)
})

test('a call that failed is not repeated: it may be one that never works', async () => {
  await using b = await bench()
  let runs = 0
  const load = b.fetch.buffered(async () => {
    runs++
    throw new Error('of mine')
  }, EVERY_MINUTE)
  await expect(load()).rejects.toThrow('of mine')
  await pass(b, 5 * MINUTE)
  expect(runs).toBe(1)
})

test('arguments that were changed since are of another call', async () => {
  await using b = await bench()
  const seen: string[] = []
  const load = b.fetch.buffered(async (list: string[]) => {
    seen.push(list.join())
    return list.join()
  }, EVERY_MINUTE)
  const list = ['a']
  await load(list)
  list.push('b')
  await pass(b, 5 * MINUTE)
  expect(seen).toEqual(['a'])
  expect(await load(['a'])).toBe('a')
})

test('after clear() nothing runs', async () => {
  await using b = await bench()
  let runs = 0
  const load = b.fetch.buffered(() => ++runs, EVERY_MINUTE)
  await load()
  await load.cache.clear()
  await pass(b, 5 * MINUTE)
  expect(runs).toBe(1)
})

test('as methods, each with its own object, for as long as that lives', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  await using b = await bench()
  const runs: string[] = []
  const { buffered } = b.fetch
  class Client {
    readonly #name: string
    constructor(name: string) {
      this.#name = name
    }
    @buffered(EVERY_MINUTE)
    async load(): Promise<string> {
      runs.push(this.#name)
      return this.#name
    }
  }
  const kept = new Client('kept')
  await kept.load()
  await (async () => {
    await new Client('gone').load()
  })()
  await pass(b, MINUTE + SECOND)
  const both = runs.splice(0).toSorted()
  expect(both.slice(0, 2)).toEqual(['gone', 'gone'])
  for (let n = 0; n < 5; n++) {
    await rounds()
    collect()
  }
  await pass(b, 3 * MINUTE)
  expect(new Set(runs)).toEqual(new Set(['kept']))
  expect(await kept.load()).toBe('kept')
})
