import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { delay, HOUR } from './crawled.ts'
import { shortestGap } from './starts.ts'
import { after, stubbed, until } from './stub.ts'

// Issue 8: robots.txt beside what else is known of a host.
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const unreachable = (): Error =>
  Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) })

test.each([
  ['the rate', { rate: 1 }, '0.25', 1_000],
  ['the delay', { rate: 10 }, '2', 2_000],
  ['the delay, though a burst might go', { rate: 10, burst: 10 }, '0.5', 500],
])('beside a rate the slower wins, and the request for it counts: %s', async (_, rate, seconds, gap) => {
  const hosts = [{ match: 'h.example', robots: true, ...rate }]
  await using s = stubbed({ limits: { hosts } }, ({ url }) => new Response(url.endsWith('/robots.txt') ? delay(seconds) : 'fine'))
  await until(Promise.all(['a', 'b', 'c'].map((name) => s.fetch(`http://h.example/${name}`))))
  expect(s.reached.map(({ url }) => url.slice('http://h.example'.length))).toEqual(['/robots.txt', '/a', '/b', '/c'])
  expect(shortestGap(s.starts())).toBeGreaterThanOrEqual(gap)
  expect((s.starts().at(-1) ?? 0) - (s.starts()[0] ?? 0)).toBeLessThan(3 * gap + 200)
})

test('a host that is down is asked for nothing but what is wanted of it', async () => {
  let mood: 'dead' | 'up' = 'dead'
  await using s = stubbed({ limits: { hosts: [{ match: 'h.example', robots: true }] }, retry: false }, ({ url }) =>
    mood === 'dead' ? unreachable() : new Response(url.endsWith('/robots.txt') ? delay(1) : 'fine'),
  )
  for (let n = 0; n < 5; n++) await until(s.fetch(`http://h.example/${n}`).catch(() => 'failed'))
  expect(s.fetch.cache.hosts()).toMatchObject([{ host: 'h.example:80', state: 'down' }])
  expect(s.reached.map(({ url }) => new URL(url).pathname)).toEqual(['/robots.txt', '/0', '/1', '/2', '/3', '/4'])
  await vi.advanceTimersByTimeAsync(2 * HOUR)
  await until(s.fetch('http://h.example/dead').catch(() => 'failed'))
  expect(s.reached.slice(6).map(({ url }) => url)).toEqual(['http://h.example/dead'])
  mood = 'up'
  for (const name of ['back', 'on']) await until(s.fetch(`http://h.example/${name}`))
  expect(s.reached.slice(7).map(({ url }) => new URL(url).pathname)).toEqual(['/back', '/robots.txt', '/on'])
})

test('each origin has its own; where hosts share a bucket the longest holds, by whomever it was asked', async () => {
  const seconds: Record<string, number> = {
    'a.apart.example': 1,
    'b.apart.example': 3,
    'a.shared.example': 1,
    'b.shared.example': 3,
  }
  const hosts = [
    { match: '*.apart.example', robots: true },
    { match: '*.shared.example', robots: true, share: 'pattern' as const },
  ]
  await using s = stubbed(
    { limits: { hosts } },
    ({ url, host }) => new Response(url.endsWith('/robots.txt') ? delay(seconds[host] ?? 0) : 'fine'),
  )
  const names = Object.keys(seconds)
  await until(Promise.all(names.map((name) => s.fetch(`http://${name}/first`))))
  const before = s.reached.length
  await until(Promise.all(names.flatMap((name) => [1, 2].map((n) => s.fetch(`http://${name}/${n}`)))))
  const later = s.reached.slice(before)
  const of = (...all: string[]): number => shortestGap(later.filter(({ host }) => all.includes(host)).map(({ at }) => at))
  expect(of('a.apart.example')).toBeLessThan(1_100)
  expect(of('b.apart.example')).toBeGreaterThanOrEqual(3_000)
  expect(of('a.shared.example', 'b.shared.example')).toBeGreaterThanOrEqual(3_000)
  expect(later.filter(({ url }) => url.endsWith('/robots.txt'))).toEqual([])
})

test('who leaves before it was sent takes it along; who comes next asks for it', async () => {
  const hosts = [{ match: '*.shared.example', robots: true, share: 'pattern' as const, concurrency: 1 }]
  await using s = stubbed({ limits: { hosts } }, async ({ url }) => {
    if (url === 'http://a.shared.example/slow') await after(10_000)
    return new Response(url.endsWith('/robots.txt') ? delay('0.1') : 'fine')
  })
  const slow = s.fetch('http://a.shared.example/slow')
  await vi.advanceTimersByTimeAsync(1_000)
  const leaver = new AbortController()
  const leaving = s.fetch('http://b.shared.example/gone', { signal: leaver.signal }).catch(() => 'left')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(s.fetch.cache.hosts()).toMatchObject([{ host: '*.shared.example', running: 1 }])
  leaver.abort()
  expect(await leaving).toBe('left')
  await until(slow)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(s.reached.filter(({ host }) => host === 'b.shared.example')).toEqual([])
  await until(s.fetch('http://b.shared.example/stays'))
  const paths = s.reached.map(({ url }) => url.slice('http://'.length))
  expect(paths.slice(2)).toEqual(['b.shared.example/robots.txt', 'b.shared.example/stays'])
})
