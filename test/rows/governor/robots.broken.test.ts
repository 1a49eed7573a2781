import { describe, expect, test } from 'vitest'
import { hangUp, ok, redirect, reset, retryLater, type Step, stall, stallHeaders, status } from '../../helpers/origin/index.ts'
import { turnFor, turnUntil } from '../../helpers/turning.ts'
import { crawled, delay, get, HOUR } from './crawled.ts'

// Issue 8: a robots.txt is a courtesy, and never in the way.
describe('what is no robots.txt means no delay, fails no call, and is not asked for again for an hour', () => {
  test.each<[string, Step]>([
    ['missing', status(404)],
    ['forbidden', status(403)],
    ['an error', status(500)],
    ['hung up on', hangUp()],
    ['cut short', reset(delay(60), 20)],
    ['too large', ok(delay(60) + '#'.repeat(500 * 1024))],
    ['a page', ok('<!doctype html><p>Crawl-delay: 60')],
    ['coded, which was not asked for', ok(delay(60), { headers: { 'Content-Encoding': 'br' } })],
    ['round in circles', redirect('/robots.txt')],
    ['at no URL', redirect('ftp://h.example/')],
  ])('%s', async (_, step) => {
    await using g = await crawled(step)
    const since = g.clock.monotonic()
    expect(await turnUntil(g.clock, get(g, '/a'))).toBe('fine')
    expect(await turnUntil(g.clock, get(g, '/b'))).toBe('fine')
    expect(g.clock.monotonic() - since).toBeLessThan(1_000)
    const asked = g.origin.hits('/robots.txt')
    expect(asked).toBeLessThanOrEqual(6)
    await turnFor(g.clock, HOUR - 10_000, HOUR)
    await turnUntil(g.clock, get(g, '/c'))
    expect(g.origin.hits('/robots.txt')).toBe(asked)
  })

  test.each<[string, Step]>([
    ['in its head', stallHeaders(ok(delay(60)), 20)],
    ['in its body', stall(delay(60), 20)],
  ])('slow %s: five seconds', async (_, step) => {
    await using g = await crawled(step)
    const call = get(g, '/a')
    await turnFor(g.clock, 4_900)
    expect(g.origin.hits('/a')).toBe(0)
    await turnFor(g.clock, 200)
    expect(await call).toBe('fine')
    expect(await turnUntil(g.clock, get(g, '/b'))).toBe('fine')
    expect(g.origin.hits('/robots.txt')).toBe(1)
  })
})

test('refused for a day: the host is left alone for five minutes, and then it says itself', async () => {
  await using g = await crawled(retryLater('86400', 503))
  const since = g.clock.monotonic()
  expect(await turnUntil(g.clock, get(g, '/a'), { step: 10_000 })).toBe('fine')
  expect(g.clock.monotonic() - since).toBeGreaterThanOrEqual(300_000)
  expect(g.clock.monotonic() - since).toBeLessThan(330_000)
})
