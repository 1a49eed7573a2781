import { expect, test } from 'vitest'
import { turnFor, turnUntil } from '../../helpers/turning.ts'
import { bench } from './kit.ts'

const wait = (): { promise: Promise<void>; open: () => void } => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { promise, open: resolve }
}

test('limit.concurrency: so many runs at a time, of all objects together, and other functions are not in it', async () => {
  await using b = await bench()
  let running = 0
  let peak = 0
  const door = wait()
  class Api {
    readonly load = load
  }
  const load = b.fetch.buffered(
    async (n: number) => {
      running += 1
      peak = Math.max(peak, running)
      await door.promise
      running -= 1
      return n
    },
    { name: 'load', limit: { concurrency: 2 } },
  )
  const other = b.fetch.buffered(async (n: number) => n, { name: 'other' })
  const [one, two] = [new Api(), new Api()]
  const calls = [one, two].flatMap((api) => [1, 2, 3].map((n) => api.load(n)))
  expect(await other(1)).toBe(1)
  await turnFor(b.clock, 100)
  expect([running, peak]).toEqual([2, 2])
  door.open()
  expect(await Promise.all(calls)).toEqual([1, 2, 3, 1, 2, 3])
  expect(peak).toBe(2)
})

test('the wait for its turn is no time-out, and who leaves frees its place', async () => {
  await using b = await bench()
  const doors = new Map([1, 2, 3].map((n) => [n, wait()]))
  const load = b.fetch.buffered(async (n: number) => doors.get(n)?.promise.then(() => n), {
    limit: { concurrency: 1 },
    timeouts: { deadline: '10s' },
  })
  const [first, second] = [load(1), load(2)]
  await turnFor(b.clock, 9_000)
  doors.get(1)?.open()
  expect(await first).toBe(1)
  await turnFor(b.clock, 9_000)
  doors.get(2)?.open()
  expect(await turnUntil(b.clock, second)).toBe(2)
})

test('a function within a function has a bucket of its own', async () => {
  await using b = await bench()
  const inner = b.fetch.buffered(async (n: number) => n * 2, { name: 'inner', limit: { concurrency: 1 } })
  const outer = b.fetch.buffered(async (n: number) => inner(n), { name: 'outer', limit: { concurrency: 1 } })
  expect(await Promise.all([1, 2, 3].map((n) => outer(n)))).toEqual([2, 4, 6])
})

test('what is stored needs no turn', async () => {
  await using b = await bench()
  const door = wait()
  const load = b.fetch.buffered(async (n: number) => (n === 1 ? 1 : door.promise.then(() => n)), { limit: { concurrency: 1 } })
  await load(1)
  const busy = load(2)
  expect(await load(1)).toBe(1)
  door.open()
  expect(await busy).toBe(2)
})

test('wrong limits', async () => {
  await using b = await bench()
  const named = (limit: object) => () => b.fetch.buffered(async () => 1, { limit })
  expect(named({ concurrency: 0 })).toThrow('buffered.limit.concurrency: 0 is not right')
  expect(named({ rate: -1 })).toThrow('buffered.limit.rate: -1 is not right')
  expect(named({ per: '1s' })).toThrow('Give rate too')
  expect(named({ burst: 3 })).toThrow('Unknown option "buffered.limit.burst"')
})
