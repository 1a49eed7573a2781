import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import { ok, status } from '../../helpers/origin/index.ts'
import { die, seen } from '../download/given.ts'
import { aFile, all, another, DAY, HOUR, history, MINUTE, places, SECOND } from './histories.ts'

// Who asks for what, what it came to, and how old the oldest answer in need was (B28; field.md, moonshot 20).
describe.each(places)('over %s', (_, tiers) => {
  test('of an entry: requests, hits, fallbacks, first and last', async () => {
    await using g = await history(tiers(), { ttl: '90m', fallback: { cooldown: 0 } })
    const start = g.clock.now()
    await g.brings('one')
    await seen(g.fetch(g.url))
    await g.clock.advance(HOUR)
    await die(g.origin)
    expect((await seen(g.fetch(g.url))).outcome).toBe('fallback')
    expect(await g.entry.stats()).toEqual({
      requests: 3,
      hits: 1,
      fallbacks: 1,
      firstRequestedAt: new Date(start),
      lastRequestedAt: new Date(start + 2 * HOUR),
    })
    // Looking is not asking.
    await g.entry.stats()
    await all(g.entry)
    await g.entry.explain()
    expect((await g.entry.stats()).requests).toBe(3)
  })

  test('a hundred callers at once of one download are a hundred requests', async () => {
    await using g = await history(tiers(), { ttl: '1h' })
    g.origin.script('/f', ok('one'))
    await Promise.all(Array.from({ length: 100 }, () => seen(g.fetch(g.url))))
    expect(g.origin.hits('/f')).toBe(1)
    expect((await g.entry.stats()).requests).toBe(100)
    for (let n = 0; n < 50; n += 1) await seen(g.fetch(g.url))
    expect(await g.entry.stats()).toMatchObject({ requests: 150, fallbacks: 0 })
    expect((await g.entry.stats()).hits).toBeGreaterThanOrEqual(50)
  })

  test('of an entry that nobody asked for: no counts, and no crash', async () => {
    await using g = await history(tiers())
    expect(await g.entry.stats()).toMatchObject({ requests: 0, hits: 0, fallbacks: 0 })
  })

  test('of the cache: by outcome', async () => {
    await using g = await history(tiers(), { ttl: '1h', fallback: { cooldown: 0 } })
    expect(g.fetch.cache.stats()).toMatchObject({ hits: 0, misses: 0, revalidated: 0, fallbacks: 0, bytesSaved: 0, requests: 0 })
    expect(g.fetch.cache.stats().oldestFallback).toBeUndefined()
    const body = 'x'.repeat(1_000)
    g.origin.script('/f', ok(body))
    await seen(g.fetch(g.url))
    for (let n = 0; n < 3; n += 1) await seen(g.fetch(g.url))
    await seen(g.fetch(g.url, { cache: 'no-cache' }))
    const stored = (await all(g.entry))[0]
    await g.clock.advance(2 * HOUR)
    g.origin.script('/f', status(503))
    for (let n = 0; n < 2; n += 1) await seen(g.fetch(g.url))
    const stats = g.fetch.cache.stats()
    expect(stats).toMatchObject({ hits: 3, misses: 1, revalidated: 1, fallbacks: 2 })
    // Three hits and two fallbacks sent no body; what a fallback saved may be counted or not.
    expect([3_000, 4_000, 5_000, 6_000]).toContain(stats.bytesSaved)
    expect([stored?.storedAt, stored?.checkedAt]).toContainEqual(stats.oldestFallback)
  })

  test('the oldest fallback is the oldest one, not the last one', async () => {
    await using g = await history(tiers(), { ttl: '1h', fallback: { cooldown: 0 } })
    const paths = ['/old', '/new']
    const at: number[] = []
    for (const path of paths) {
      g.origin.script(path, ok(path))
      at.push(g.clock.now())
      await seen(g.fetch(g.origin.url(path)))
      await g.clock.advance(DAY)
    }
    await die(g.origin)
    for (const path of [...paths, '/new']) await seen(g.fetch(g.origin.url(path)))
    expect(g.fetch.cache.stats().oldestFallback).toEqual(new Date(at[0] ?? 0))
  })

  test('maxStale is a hard bound: a fallback beyond it is an error, and each one within it says how old', async () => {
    await using g = await history(tiers(), { fallback: { maxStale: '3h', cooldown: 0 } })
    await g.brings('one')
    await die(g.origin)
    expect((await seen(g.fetch(g.url))).outcome).toBe('fallback')
    await g.clock.advance(HOUR)
    expect((await seen(g.fetch(g.url))).outcome).toBe('fallback')
    // Told in milliseconds, as all times here; seconds, as HTTP has them, are no longer the contract.
    const told = g.told('fallback').map(({ staleFor }) => staleFor)
    expect(told).toHaveLength(2)
    expect((told[1] ?? 0) - (told[0] ?? 0)).toBe(HOUR)
    await g.clock.advance(HOUR + MINUTE)
    expect((await seen(g.fetch(g.url))).rejected).toBe('CONNECT')
  })
})

test('counts of an entry outlive the process', async () => {
  const file = aFile()
  await using g = await history([memory(), sqlite(file)], { ttl: '30d' })
  await g.brings('one')
  for (let n = 0; n < 9; n += 1) await seen(g.fetch(g.url))
  const before = await g.entry.stats()
  expect(before).toMatchObject({ requests: 10, hits: 9 })
  await g.fetch.close()
  const after = another(g, [memory(), sqlite(file)], { ttl: '30d' })
  expect(await after.entry(g.url).stats()).toEqual(before)
  await seen(after(g.url))
  expect(await after.entry(g.url).stats()).toMatchObject({ requests: 11, hits: 10 })
})

test('who is stopped while it writes down what was used takes back nothing of what others have', async () => {
  const [file, clock] = [aFile(), manualClock()]
  const store = chaos(sqlite(file, { clock }), { clock })
  await using g = await history([store], { storeTimeout: '10s' }, clock)
  await g.atOnce('one')
  store.chaos.use([{ on: 'setMany', key: /^h1:s:/, do: { delay: 3 * SECOND } }])
  const idle = g.fetch.idle()
  await expect.poll(() => store.chaos.injected.length).toBe(1)
  await clock.advance(2 * SECOND)
  const other = another(g, [sqlite(file, { clock })])
  for (let n = 0; n < 3; n++) await (await other(g.url)).arrayBuffer()
  await other.close()
  store.chaos.use([])
  await clock.advance(SECOND)
  await idle
  await g.fetch.idle()
  expect(await g.entry.stats()).toMatchObject({ requests: 4 })
  const next = another(g, [sqlite(file, { clock })])
  expect(await next.entry(g.url).stats()).toMatchObject({ requests: 4 })
})
