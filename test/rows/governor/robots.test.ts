import { expect, test } from 'vitest'
import { gate, ok, redirect } from '../../helpers/origin/index.ts'
import { isSettled, turnFor, turnUntil } from '../../helpers/turning.ts'
import { given, rejection } from '../download/given.ts'
import { crawled, delay, get, HOUR, limits, paths, starts } from './crawled.ts'
import { shortestGap } from './starts.ts'

// Issue 8: Crawl-delay of robots.txt, by option.
test('asked for once, before the first request; the delay is kept between any two starts, its own included', async () => {
  await using g = await crawled(ok(delay(2)))
  await turnUntil(g.clock, Promise.all(['/a', '/b', '/c'].map((name) => get(g, name))))
  expect(paths(g)).toEqual(['/robots.txt', '/a', '/b', '/c'])
  expect(shortestGap(starts(g))).toBeGreaterThanOrEqual(2_000)
  expect(Math.max(...starts(g)) - Math.min(...starts(g))).toBeLessThan(6_500)
  expect(g.fetch.cache.hosts()).toMatchObject([{ rate: 0.5, queued: 0, running: 0 }])
  await turnFor(g.clock, 2_100)
  expect(g.fetch.cache.hosts()).toEqual([])
})

test('the delay outlives the moments in which nobody asks', async () => {
  await using g = await crawled(ok(delay(2)))
  for (const name of ['/a', '/b', '/c']) {
    await turnUntil(g.clock, get(g, name))
    await turnFor(g.clock, 500)
  }
  expect(shortestGap(starts(g))).toBeGreaterThanOrEqual(2_000)
})

test('without the option nobody asks', async () => {
  await using g = await given()
  g.origin.script('/a', ok('fine'))
  expect(await get(g, '/a')).toBe('fine')
  expect(paths(g)).toEqual(['/a'])
})

test('at concurrency 1, one request over all hosts, and one place in the queue: no deadlock, and no call fails', async () => {
  const narrow = { concurrency: 1, total: 1, queue: 1, ...limits }
  await using g = await crawled(ok(delay(1)), { limits: narrow })
  expect(await turnUntil(g.clock, get(g, '/a'))).toBe('fine')
  expect(g.origin.maxInFlight).toBe(1)
})

// A pause leaves fewer of them in flight than might have been.
test.each(['', delay(1)])('those who might be in flight by now are not too many, one more than may wait is: %j', async (text) => {
  const door = gate(ok(text))
  await using g = await crawled(door, { limits: { concurrency: 3, queue: 1, ...limits } })
  g.origin.script('/q', ok('fine'))
  const calls = [1, 2, 3, 4].map((n) => get(g, `/q?${n}`))
  await door.arrived
  expect((await rejection(get(g, '/a'))).code).toBe('RETRY_AFTER')
  expect(g.fetch.cache.hosts()).toMatchObject([{ running: 1, queued: 4 }])
  door.release()
  expect(await turnUntil(g.clock, Promise.all(calls))).toEqual(Array(4).fill('fine'))
})

test('its quota counts it, and used up it is not asked for: the call says so itself', async () => {
  await using g = await crawled(ok(delay(1)), {
    limits: { hosts: [{ match: '127.0.0.1', robots: true, quota: { calls: 2, per: 'day' } }] },
  })
  expect(await turnUntil(g.clock, get(g, '/a'))).toBe('fine')
  expect((await rejection(get(g, '/b'))).code).toBe('RETRY_AFTER')
  expect(paths(g)).toEqual(['/robots.txt', '/a'])
})

test('a hundred at once ask for it once', async () => {
  await using g = await crawled(ok('User-agent: *\nDisallow: /\n'))
  g.origin.script('/q', ok('fine'))
  await turnUntil(g.clock, Promise.all(Array.from({ length: 100 }, (_, n) => get(g, `/q?${n}`))))
  expect(g.origin.hits('/robots.txt')).toBe(1)
})

test('a hit waits for nobody', async () => {
  await using kept = await crawled(ok(delay(60)), { ttl: 3 * HOUR })
  await turnUntil(kept.clock, get(kept, '/a'))
  expect(await isSettled(get(kept, '/a'))).toBe(true)
})

test.each([
  ['no word of its own', {}, HOUR],
  ['a minute', { 'Cache-Control': 'max-age=60' }, HOUR],
  ['not to be stored', { 'Cache-Control': 'no-store, max-age=7200' }, HOUR],
  ['two hours', { 'Cache-Control': 'max-age=7200' }, 2 * HOUR],
  ['a year', { 'Cache-Control': 'max-age=31536000' }, 24 * HOUR],
])('fresh by %s: it is asked for again when that is over, and not before', async (_, headers, lasts) => {
  await using g = await crawled(ok(delay(0), { headers }))
  await get(g, '/a')
  await turnFor(g.clock, lasts - 1_000, HOUR)
  await get(g, '/b')
  expect(g.origin.hits('/robots.txt')).toBe(1)
  await turnFor(g.clock, 2_000)
  await get(g, '/c')
  expect(paths(g)).toEqual(['/robots.txt', '/a', '/b', '/robots.txt', '/c'])
})

test('a redirect is followed, and what is there holds for the host that was asked', async () => {
  await using g = await crawled(redirect('/elsewhere', 301))
  g.origin.script('/elsewhere', ok(delay(3)))
  await turnUntil(g.clock, Promise.all(['/a', '/b'].map((name) => get(g, name))))
  expect(paths(g)).toEqual(['/robots.txt', '/elsewhere', '/a', '/b'])
  const [, elsewhere = 0, a = 0, b = 0] = starts(g)
  expect(Math.min(a - elsewhere, b - a)).toBeGreaterThanOrEqual(3_000)
})

test('never in mode offline', async () => {
  await using g = await crawled(ok(delay(1)), { mode: 'offline' })
  expect((await rejection(get(g, '/a'))).code).toBe('NOT_CACHED')
  expect(g.origin.hits()).toBe(0)
})

test('a caller who leaves while it waits leaves at once; what was sent is read to its end, for those who come later', async () => {
  const door = gate(ok(delay(2)))
  await using g = await crawled(door)
  const leaver = new AbortController()
  const leaving = get(g, '/a', { signal: leaver.signal })
  await door.arrived
  leaver.abort(new Error('gone'))
  await expect(leaving).rejects.toThrow('gone')
  door.release()
  await turnUntil(g.clock, get(g, '/b'))
  expect(paths(g)).toEqual(['/robots.txt', '/b'])
  expect(shortestGap(starts(g))).toBeGreaterThanOrEqual(2_000)
})

test('who leaves while the delay is waited for uses no start up', async () => {
  await using g = await crawled(ok(delay(10)))
  await turnUntil(g.clock, get(g, '/a'))
  const leaver = new AbortController()
  const leaving = get(g, '/b', { signal: leaver.signal }).catch(() => 'left')
  const stays = get(g, '/c')
  await turnFor(g.clock, 1_000)
  leaver.abort()
  expect(await leaving).toBe('left')
  expect(await turnUntil(g.clock, stays)).toBe('fine')
  expect(paths(g)).toEqual(['/robots.txt', '/a', '/c'])
})

test('closed while it waits: the call ends, and nothing holds the close up', async () => {
  const door = gate(ok(delay(2)))
  await using g = await crawled(door)
  const waiting = rejection(get(g, '/a'))
  await door.arrived
  await g.fetch.close()
  expect((await waiting).code).toBe('CLOSED')
  door.release()
})

test('who asks for the robots.txt itself waits for no other', async () => {
  await using g = await crawled(ok(delay(1)))
  expect(await get(g, '/robots.txt')).toBe(delay(1))
  expect(g.origin.hits()).toBe(1)
})

test('at most five minutes', async () => {
  await using g = await crawled(ok(delay(86_400)))
  await turnUntil(g.clock, get(g, '/a'), { step: 10_000 })
  const [asked = 0, a = 0] = starts(g)
  expect(a - asked).toBeGreaterThanOrEqual(300_000)
  expect(a - asked).toBeLessThan(320_000)
})
