import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch, type SharedLimits } from '../../../src/index.ts'
import { startChild } from '../../helpers/child.ts'
import { ok, startOrigin } from '../../helpers/origin/index.ts'
import { hasRedis, startRedis } from '../../helpers/redis.ts'
import { rounds } from '../../helpers/turning.ts'
import { mostIn } from './starts.ts'

// Moonshot 13: one rate for all processes; and when the place where they meet is gone, a rate all the same.
const CALLER = new URL('children/caller.ts', import.meta.url)

/**
 * On a crowded machine a process starts one request later than it may, and the next one in time: two come closer together by so much, and
 * the other process may do the same. Processes that each keep the rate alone would have 16 in 800 ms, and be done after 900.
 */
const CROWDED = 200

/** How long it was from the first to the last. */
const spanOf = (starts: readonly number[]): number => Math.max(...starts) - Math.min(...starts)

function file(): string {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-limits-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return join(dir, 'limits.db')
}

interface Said {
  readonly statuses: number[]
  /** Monotonic milliseconds of the machine: the origin would see all at once that came while it had no turn. */
  readonly starts: number[]
  readonly warnings: string[]
}

/** So many processes, each of which asks ten times; when they did. */
async function together(processes: number, args: readonly string[]): Promise<{ starts: number[]; said: Said[] }> {
  await using origin = await startOrigin()
  origin.script('/f', ok('fine'))
  const base = origin.url('/f')
  const children = Array.from({ length: processes }, () => startChild(CALLER, { args: [...args, '10', base] }))
  try {
    for (const child of children) await child.message()
    const before = origin.requests().length
    for (const child of children) child.send('go')
    const said = await Promise.all(children.map((child) => child.message<Said>()))
    const exits = await Promise.all(children.map(({ exit }) => exit))
    expect(exits.map(({ code }) => code)).toEqual(children.map(() => 0))
    const starts = said.flatMap((one) => one.starts)
    expect(origin.requests().length - before).toBe(starts.length)
    return { starts, said }
  } finally {
    for (const child of children) await child[Symbol.asyncDispose]()
  }
}

function expectTogether(starts: readonly number[]): void {
  expect(starts).toHaveLength(20)
  expect(mostIn(starts, 1_000 - CROWDED)).toBeLessThanOrEqual(10)
  expect(spanOf(starts)).toBeGreaterThanOrEqual(1_900 - CROWDED)
  expect(spanOf(starts)).toBeLessThan(15_000)
}

test('two processes on one file: ten a second together', async () => {
  const { starts, said } = await together(2, ['sqlite', file()])
  expectTogether(starts)
  expect(said.flatMap(({ warnings }) => warnings)).toEqual([])
})

/** An instance that shares a rate of 20 a second, and what it warned of. */
function sharing(shared: SharedLimits, per = '1s'): { fetch: ReturnType<typeof createCachedFetch>; warnings: string[] } {
  const fetch = createCachedFetch({
    tiers: [memory()],
    limits: { concurrency: 100, hosts: [{ match: '127.0.0.1', rate: 20, per }], shared },
  })
  onTestFinished(() => fetch.close())
  const warnings: string[] = []
  fetch.on('warning', ({ warning }) => warnings.push(warning))
  return { fetch, warnings }
}

test('a file that cannot be opened: each for itself, at its rate, and a warning', async () => {
  await using origin = await startOrigin()
  origin.script('/f', ok('fine'))
  const { fetch, warnings } = sharing({ sqlite: '/nowhere/at/all.db' })
  await Promise.all(Array.from({ length: 10 }, (_, n) => fetch(origin.url(`/f?${n}`))))
  expect(spanOf(origin.requests().map(({ at }) => at))).toBeGreaterThanOrEqual(9 * 50 - CROWDED)
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('limits.shared: sqlite cannot be reached (')
})

function nextIn(place: string): unknown {
  using database = new DatabaseSync(place, { readOnly: true })
  return database.prepare('SELECT next FROM starts').get()?.next
}

test('to close while a start is waited for is no reason to warn of a place that cannot be reached', async () => {
  await using origin = await startOrigin()
  origin.script('/f', ok('fine'))
  const place = { sqlite: file() }
  const [one, other] = [sharing(place, '1h'), sharing(place, '1h')]
  await one.fetch(origin.url('/f'))
  const taken = nextIn(place.sqlite)
  const waiting = other.fetch(origin.url('/f')).catch((error: { code: string }) => error.code)
  while (nextIn(place.sqlite) === taken) await rounds()
  await other.fetch.close()
  expect(await waiting).toBe('CLOSED')
  expect(other.warnings).toEqual([])
})

/** The time of day as it is set, while the time that only grows goes on. */
function timeOfDay(): { setBy: number } {
  const { now } = Date
  const time = { setBy: 0 }
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => now() + time.setBy)
  onTestFinished(() => spy.mockRestore())
  return time
}

test('the time of day is set back while a start is waited for: it comes when it was granted', async () => {
  await using origin = await startOrigin()
  origin.script('/f', ok('fine'))
  const time = timeOfDay()
  const place = { sqlite: file() }
  const [one, other] = [sharing(place, '10s'), sharing(place, '10s')]
  await one.fetch(origin.url('/f?1'))
  const taken = nextIn(place.sqlite)
  const waiting = other.fetch(origin.url('/f?2'))
  while (nextIn(place.sqlite) === taken) await rounds()
  time.setBy = -3_600_000
  expect((await waiting).status).toBe(200)
})

describe.skipIf(!hasRedis())('over Redis', () => {
  test('a machine whose time of day is a day ahead makes no other wait for a day', async () => {
    await using server = await startRedis()
    await using origin = await startOrigin()
    origin.script('/f', ok('fine'))
    const time = timeOfDay()
    const [ahead, right] = [sharing({ redis: server.url }), sharing({ redis: server.url })]
    time.setBy = 86_400_000
    await ahead.fetch(origin.url('/f?1'))
    time.setBy = 0
    expect((await right.fetch(origin.url('/f?2'))).status).toBe(200)
  })

  test('two processes: ten a second together', async () => {
    await using server = await startRedis()
    const { starts, said } = await together(2, ['redis', server.url])
    expectTogether(starts)
    expect(said.flatMap(({ warnings }) => warnings)).toEqual([])
  })

  test('a client of the caller, which stays open', async () => {
    await using server = await startRedis()
    await using origin = await startOrigin()
    origin.script('/f', ok('fine'))
    const client = new Redis(server.url)
    onTestFinished(() => client.disconnect())
    const [one, two] = [sharing({ redis: client }), sharing({ redis: client })]
    await Promise.all(
      [one, two].flatMap(({ fetch }, n) => Array.from({ length: 8 }, (_, m) => fetch(origin.url(`/f?${n}-${m}`)))),
    )
    const starts = origin.requests().map(({ at }) => at)
    expect(spanOf(starts)).toBeGreaterThanOrEqual(15 * 50 - CROWDED)
    for (const { fetch, warnings } of [one, two]) {
      expect(warnings).toEqual([])
      await fetch.close()
    }
    expect(await client.ping()).toBe('PONG')
  })

  test('Redis is gone, and comes back: a local rate stands in, with a warning', async () => {
    await using server = await startRedis()
    await using origin = await startOrigin()
    origin.script('/f', ok('fine'))
    const { fetch, warnings } = sharing({ redis: server.url })
    const some = async (name: string): Promise<number[]> => {
      const before = origin.requests().length
      await Promise.all(Array.from({ length: 10 }, (_, n) => fetch(origin.url(`/f?${name}${n}`))))
      return origin
        .requests()
        .slice(before)
        .map(({ at }) => at)
    }
    expect(spanOf(await some('before'))).toBeGreaterThanOrEqual(9 * 50 - CROWDED)
    expect(warnings).toEqual([])
    await server.stop()
    expect(spanOf(await some('gone'))).toBeGreaterThanOrEqual(9 * 50 - CROWDED)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('limits.shared: redis cannot be reached (')
    await server.start()
    expect(spanOf(await some('back'))).toBeGreaterThanOrEqual(9 * 50 - CROWDED)
  })
})
