import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, inspect, type Options, type Store } from '../../../src/index.ts'
import { systemClock } from '../../../src/model/clock.ts'
import { ok, status } from '../../helpers/origin/index.ts'
import { type Given, given } from '../download/given.ts'
import { alive } from '../download/weight.ts'

// "Never more than so many calls a day, then what is stored."
function place(): string {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-quota-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const limits = (calls: number, per: 'day' | 'month' = 'day'): NonNullable<Options['limits']> => ({
  hosts: [{ match: '127.0.0.1', quota: { calls, per } }],
})

const codes = async (g: Given, names: readonly string[]): Promise<string[]> => {
  const all: string[] = []
  for (const name of names)
    all.push(
      await g.fetch(g.origin.url(name)).then(
        (response) => `${response.status} ${inspect(response)?.outcome}`,
        (error: { code: string }) => error.code,
      ),
    )
  return all
}

test('used up: what is stored, at once; RETRY_AFTER where nothing is; and anew with the next day, by UTC', async () => {
  await using g = await given({ limits: limits(3) })
  for (const name of ['/a', '/b', '/c']) g.origin.script(name, ok('fine'))
  expect(await codes(g, ['/a', '/a', '/b', '/a', '/c'])).toEqual([
    '200 miss',
    '200 revalidated',
    '200 miss',
    '200 fallback',
    'RETRY_AFTER',
  ])
  await expect(g.fetch(g.origin.url('/c'))).rejects.toThrow(
    `the quota of 3 calls a day for ${g.origin.host} is used up until 2026-01-16T00:00:00.000Z`,
  )
  expect(g.origin.hits()).toBe(3)
  await g.clock.advance(12 * 3_600_000)
  expect(await codes(g, ['/c'])).toEqual(['200 miss'])
})

test('by the month; retries count, hits do not', async () => {
  await using g = await given({ limits: limits(4, 'month') })
  g.origin.script('/a', status(500), status(500), ok('fine', { headers: { 'cache-control': 'max-age=3600' } }))
  g.origin.script('/b', ok('fine'))
  const fresh = { holdfast: { ttl: 'http' } } as const
  for (let n = 0; n < 10; n++) expect((await g.fetch(g.origin.url('/a'), fresh)).status).toBe(200)
  expect(await codes(g, ['/b', '/b'])).toEqual(['200 miss', '200 fallback'])
  await g.clock.advance(15 * 86_400_000)
  expect(await g.fetch(g.origin.url('/b'), { cache: 'no-store' }).catch((error: { code: string }) => error.code)).toBe(
    'RETRY_AFTER',
  )
  await g.clock.advance(2 * 86_400_000)
  expect((await g.fetch(g.origin.url('/b'), { cache: 'no-store' })).status).toBe(200)
})

test.each(['host', 'pattern'] as const)('hosts() tells until when a used-up quota of a %s lasts', async (share) => {
  await using g = await given({
    limits: { hosts: [{ match: '127.0.0.1', share, concurrency: 2, quota: { calls: 2, per: 'day' } }] },
  })
  g.origin.script('/a', ok('fine'))
  expect(await codes(g, ['/a'])).toEqual(['200 miss'])
  expect(g.fetch.cache.hosts()).toEqual([])
  expect(await codes(g, ['/a', '/a'])).toEqual(['200 revalidated', '200 fallback'])
  const until = new Date('2026-01-16T00:00:00Z')
  const host = share === 'host' ? g.origin.host : '127.0.0.1'
  expect(g.fetch.cache.hosts()).toEqual([{ host, running: 0, queued: 0, concurrency: 2, state: 'waiting', until }])
  await g.clock.advance(12 * 3_600_000)
  expect(g.fetch.cache.hosts()).toEqual([])
})

test.each<[string, (dir: string) => Store]>([
  ['sqlite', (dir) => sqlite(join(dir, 'a.db'))],
  ['folder', (dir) => folder(dir)],
])('the count outlives the process: %s', async (_, open) => {
  const dir = place()
  // Stores forget what has expired by the machine's own clock.
  await using g = await given({ tiers: [memory(), open(dir)], limits: limits(3, 'month'), clock: systemClock })
  g.origin.script('/a', ok('fine'))
  expect(await codes(g, ['/a', '/a'])).toEqual(['200 miss', '200 revalidated'])
  await g.fetch.close()
  await using later = createCachedFetch({ tiers: [open(dir)], ttl: 0, limits: limits(3, 'month') })
  const next = async (): Promise<string | undefined> => inspect(await later(g.origin.url('/a')))?.outcome
  expect([await next(), await next()]).toEqual(['revalidated', 'fallback'])
  expect(g.origin.hits()).toBe(3)
})

test('two instances on one file count together, also when they ask at once', async () => {
  const dir = place()
  const tiers = (): Store[] => [memory(), sqlite(join(dir, 'a.db'))]
  await using g = await given({ tiers: tiers(), limits: limits(10) })
  for (let n = 0; n < 40; n++) g.origin.script(`/${n}`, ok('fine'))
  await using other = createCachedFetch({ tiers: tiers(), ttl: 0, limits: limits(10) })
  await using first = createCachedFetch({ tiers: tiers(), ttl: 0, limits: limits(10) })
  const calls = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? other : first)(g.origin.url(`/${n}`)).catch(() => undefined))
  const answers = await Promise.all(calls)
  expect(answers.filter((answer) => answer !== undefined)).toHaveLength(10)
  expect(g.origin.hits()).toBe(10)
})

test('a tier that is away is no reason to stop, and none to forget the count', async () => {
  const dir = place()
  const broken = chaos(sqlite(join(dir, 'a.db')), {
    faults: [
      { on: 'get', do: 'throw' },
      { on: 'set', do: 'throw' },
    ],
  } as never)
  await using g = await given({ tiers: [memory(), broken], limits: limits(2) }, manualClock())
  for (const name of ['/a', '/b', '/c']) g.origin.script(name, ok('fine'))
  expect(await codes(g, ['/a', '/b', '/c'])).toEqual(['200 miss', '200 miss', 'RETRY_AFTER'])
})

test('who is stopped while it counts takes back nothing of what others count meanwhile', async () => {
  const clock = manualClock()
  const file = join(place(), 'a.db')
  const stopped = chaos(sqlite(file, { clock }), {
    clock,
    faults: [{ on: 'set', key: /^h1:q:/, do: { delay: 3_000 }, call: 1 }],
  })
  await using g = await given({ tiers: [stopped], limits: limits(5), storeTimeout: '5s' }, clock)
  for (const name of ['/a', '/b', '/c', '/d']) g.origin.script(name, ok('fine'))
  const late = codes(g, ['/a'])
  await expect.poll(() => stopped.chaos.calls('set')).toBe(1)
  await clock.advance(2_500)
  const open = (): Given => ({
    ...g,
    fetch: createCachedFetch({ tiers: [sqlite(file, { clock })], clock, ttl: 0, limits: limits(5) }),
  })
  const other = open()
  expect(await codes(other, ['/b', '/c', '/d'])).toEqual(['200 miss', '200 miss', '200 miss'])
  await other.fetch.close()
  await clock.advance(500)
  expect(await late).toEqual(['200 miss'])
  const next = open()
  expect(await codes(next, ['/b', '/c'])).toEqual(['200 revalidated', '200 fallback'])
  await next.fetch.close()
  expect(g.origin.hits()).toBe(5)
})

test('a day that is over is forgotten, of hosts that are asked no more too', async () => {
  const clock = manualClock(Date.UTC(2026, 0, 1))
  const hosts = [{ match: '*', quota: { calls: 9, per: 'day' as const } }]
  const tiers = [memory({ maxItems: 20 })]
  await using fetch = createCachedFetch({ clock, tiers, limits: { hosts }, fetch: async () => new Response('x') })
  const day = async (name: string): Promise<number> => {
    for (let n = 0; n < 3_000; n += 1) await fetch(`https://${name}-${n}.test/`)
    await clock.advance(86_400_000)
    // Another day has to begin.
    await fetch('https://h.test/')
    return await alive()
  }
  const before = await day('first')
  // Of each host that was asked a count stayed: 0.4 MiB of these.
  expect((await day('second')) - before).toBeLessThan(0.2)
})
