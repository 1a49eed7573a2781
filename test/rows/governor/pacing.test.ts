import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { mostIn, shortestGap } from './starts.ts'
import { after, stubbed, until } from './stub.ts'

// B04, B94, H13: how often a host may be asked.
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const fine = (): Response => new Response('fine')
const urls = (base: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${base}/${n}`)

test('B04: concurrency 1: never two in flight', async () => {
  await using s = stubbed({ limits: { concurrency: 1 } }, async () => after(20).then(fine))
  await until(Promise.all(urls('http://h.example', 20).map((url) => s.fetch(url))))
  expect([s.reached.length, s.peak()]).toEqual([20, 1])
})

describe.each([
  { rate: 5, burst: 1 },
  { rate: 5, burst: 5 },
  { rate: 10, burst: 4 },
  { rate: 300, burst: 1 },
])('B04: rate $rate a second, burst $burst', ({ rate, burst }) => {
  test('no sliding second holds more starts, and nothing starts later than it has to', async () => {
    await using s = stubbed({ limits: { concurrency: 400, hosts: [{ match: 'h.example', rate, burst }] } }, fine)
    await until(Promise.all(urls('http://h.example', 20).map((url) => s.fetch(url))))
    const starts = s.starts()
    expect(starts).toHaveLength(20)
    expect(mostIn(starts, 1_000)).toBeLessThanOrEqual(rate)
    if (burst === 1) expect(shortestGap(starts)).toBeGreaterThanOrEqual(Math.floor(1_000 / rate))
    if (burst > 1) expect(mostIn(starts, 50)).toBe(burst)
    const ideal = burst === 1 ? 19_000 / rate : (Math.ceil(20 / burst) - 1) * (1_000 / Math.floor(rate / burst))
    expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeLessThanOrEqual(ideal * 1.05 + 20 * 20)
  })
})

test('B04: a burst of hundreds is there at once, however seldom it comes', async () => {
  const limits = { concurrency: 400, hosts: [{ match: 'h.example', rate: 400, per: '1h', burst: 400 }] }
  await using s = stubbed({ limits }, fine)
  await until(Promise.all(urls('http://h.example', 300).map((url) => s.fetch(url))))
  const starts = s.starts()
  expect([starts.length, (starts.at(-1) ?? 0) - (starts[0] ?? 0) < 50]).toEqual([300, true])
})

test('B94: revalidations and retries use the rate, hits do not', async () => {
  const limits = { hosts: [{ match: 'h.example', rate: 2 }] }
  await using s = stubbed({ limits, retry: { attempts: 6 } }, (_, index) =>
    index < 5 ? new Response('no', { status: 500 }) : new Response('fine', { headers: { 'cache-control': 'max-age=60' } }),
  )
  const options = { holdfast: { ttl: 'http' } } as const
  const response = await until(s.fetch('http://h.example/f', options))
  expect(await response.text()).toBe('fine')
  expect(s.reached).toHaveLength(6)
  expect((s.starts().at(-1) ?? 0) - (s.starts()[0] ?? 0)).toBeGreaterThanOrEqual(2_500)
  const since = Date.now()
  for (let n = 0; n < 1_000; n++) await (await s.fetch('http://h.example/f', options)).text()
  expect([s.reached.length, Date.now() - since]).toEqual([6, 0])
})

test('H13: three a second for one host, however it is written', async () => {
  const limits = {
    concurrency: 50,
    hosts: [
      { match: 'EXAMPLE.', rate: 3 },
      { match: 'bücher.example', rate: 3 },
    ],
  }
  await using s = stubbed({ limits }, fine)
  const spellings = ['http://EXAMPLE.', 'http://example', 'http://example:80', 'HTTP://eXample.:80']
  const books = ['http://bücher.example', 'http://xn--bcher-kva.example', 'http://B%C3%BCcher.example.:80']
  const calls = Array.from({ length: 50 }, (_, n) => [
    s.fetch(`${spellings[n % spellings.length]}/${n}`),
    s.fetch(`${books[n % books.length]}/${n}`),
  ]).flat()
  await until(Promise.all(calls), { step: 50 })
  for (const name of ['example', 'xn--bcher-kva.example']) {
    const starts = s.reached.filter(({ host }) => host.replace(/\.$/, '') === name).map(({ at }) => at)
    expect(starts).toHaveLength(50)
    expect(shortestGap(starts)).toBeGreaterThanOrEqual(333)
  }
})

test('ports: apart by default; a match without a port is for all of them, one with a port for that one', async () => {
  const hosts = [
    { match: 'h.example', rate: 1 },
    { match: 'h.example:8080', rate: 10 },
  ]
  await using s = stubbed({ limits: { hosts } }, fine)
  const of = (port: number): string[] => urls(`http://h.example:${port}`, 4)
  await until(Promise.all([...of(8080), ...of(9090), ...of(80)].map((url) => s.fetch(url))))
  expect(shortestGap(s.starts('h.example:8080'))).toBeGreaterThanOrEqual(100)
  expect(shortestGap(s.starts('h.example:8080'))).toBeLessThan(200)
  expect(shortestGap(s.starts('h.example:9090'))).toBeGreaterThanOrEqual(1_000)
  expect(shortestGap(s.starts('h.example'))).toBeGreaterThanOrEqual(1_000)
  expect(s.starts('h.example')[0]).toBe(s.starts('h.example:9090')[0])
})

test('share: one bucket a host, or one for the pattern; the most specific match counts, and it alone', async () => {
  const hosts = [
    { match: '*.shared.example', share: 'pattern', rate: 5 },
    { match: 'own.shared.example', rate: 1, concurrency: 3 },
    { match: '*.apart.example', rate: 5 },
  ] as const
  await using s = stubbed({ limits: { hosts: [...hosts] } }, fine)
  const names = ['a.shared.example', 'b.shared.example', 'own.shared.example', 'a.apart.example', 'b.apart.example']
  await until(Promise.all(names.flatMap((name) => urls(`http://${name}`, 4)).map((url) => s.fetch(url))))
  const together = [...s.starts('a.shared.example'), ...s.starts('b.shared.example')]
  expect(shortestGap(together)).toBeGreaterThanOrEqual(200)
  expect(shortestGap(s.starts('own.shared.example'))).toBeGreaterThanOrEqual(1_000)
  expect(s.starts('a.apart.example')[0]).toBe(s.starts('b.apart.example')[0])
  expect(shortestGap(s.starts('a.apart.example'))).toBeLessThan(400)
})

test('who leaves the queue uses no start up', async () => {
  await using s = stubbed({ limits: { hosts: [{ match: 'h.example', rate: 1 }] } }, fine)
  await until(s.fetch('http://h.example/first'))
  const leaver = new AbortController()
  const leaving = urls('http://h.example/leaving', 5).map((url) => s.fetch(url, { signal: leaver.signal }).catch(() => 'left'))
  const stays = s.fetch('http://h.example/stays')
  await vi.advanceTimersByTimeAsync(500)
  leaver.abort()
  expect(await Promise.all(leaving)).toEqual(Array(5).fill('left'))
  await until(stays)
  expect(s.reached.map(({ url }) => url)).toEqual(['http://h.example/first', 'http://h.example/stays'])
  const [first = 0, second = 0] = s.starts()
  expect(second - first).toBeGreaterThanOrEqual(1_000)
  expect(second - first).toBeLessThan(1_100)
})

test('a pace outlives the moments in which nobody asks', async () => {
  await using s = stubbed({ limits: { hosts: [{ match: 'h.example', rate: 1 }] } }, fine)
  for (let n = 0; n < 4; n++) await until(s.fetch(`http://h.example/${n}`))
  expect(shortestGap(s.starts())).toBeGreaterThanOrEqual(1_000)
  expect(s.fetch.cache.hosts()).toMatchObject([{ host: 'h.example:80', rate: 1, running: 0, queued: 0, state: 'open' }])
  await vi.advanceTimersByTimeAsync(1_100)
  expect(s.fetch.cache.hosts()).toEqual([])
})

test('who leaves while the line of a new host is opened does not take it from those who wait with it', async () => {
  await using s = stubbed(
    { limits: { concurrency: 1, hosts: [{ match: '*', rate: 1, per: '1h' }] } },
    () => new Promise(() => undefined),
  )
  const left = new Error('left')
  const each = Array.from({ length: 60 }, async (_, moment) => {
    const url = `http://h${moment}.example/`
    const leaver = new AbortController()
    const calls = [s.fetch(`${url}1`, { signal: leaver.signal }), s.fetch(`${url}2`)]
    for (let n = 0; n < moment; n++) await Promise.resolve()
    leaver.abort(left)
    for (const call of calls) call.catch(() => undefined)
    await after(1_000)
    s.fetch(`${url}3`).catch(() => undefined)
    await after(1_000)
    return s.starts(`h${moment}.example`).length
  })
  expect(await until(Promise.all(each))).toEqual(each.map(() => 1))
})

test.each([
  { rate: 5, burst: 1 },
  { rate: 10, burst: 4 },
  { rate: 300, burst: 1 },
])('the time of day is set back by a day: nobody waits for it (rate $rate, burst $burst)', async ({ rate, burst }) => {
  await using s = stubbed({ limits: { concurrency: 400, hosts: [{ match: 'h.example', rate, burst }] } }, fine)
  await until(Promise.all(urls('http://h.example/before', 9).map((url) => s.fetch(url))))
  const started = performance.now()
  const rest = Promise.all(urls('http://h.example/after', 20).map((url) => s.fetch(url)))
  // In the middle of a wait.
  await vi.advanceTimersByTimeAsync(1)
  vi.setSystemTime(Date.now() - 86_400_000)
  await until(rest)
  expect(performance.now() - started).toBeLessThan(6_000)
  expect(mostIn(s.starts().slice(-18), 1_000)).toBeLessThanOrEqual(rate)
})
