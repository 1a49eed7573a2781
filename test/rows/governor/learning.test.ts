import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { after, type Stubbed, stubbed, until } from './stub.ts'

// H01 to H06, B03: what a host says of itself is obeyed by all that is asked of it.
beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 15, 12) })
})
afterEach(() => {
  vi.useRealTimers()
})

const answer = (status: number, headers: Record<string, string> = {}): Response => new Response(`${status}`, { status, headers })

/** Milliseconds between the first request and the second. */
const gap = ({ reached }: Stubbed): number => (reached[1]?.at ?? Number.NaN) - (reached[0]?.at ?? Number.NaN)

describe('a 200 with which the allowance is used up: the whole host waits', () => {
  test.each<[string, Record<string, string>]>([
    ['RateLimit', { ratelimit: '"default";r=0;t=30', 'ratelimit-policy': '"default";q=10;w=60' }],
    ['RateLimit-Remaining', { 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }],
    ['X-RateLimit, seconds', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' }],
    [
      'X-RateLimit, a moment',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Date.UTC(2026, 0, 15, 12) / 1000 + 30) },
    ],
  ])('%s', async (_, headers) => {
    await using s = stubbed({}, (_reached, index) => answer(200, index === 0 ? headers : {}))
    await until(s.fetch('http://h.example/a'))
    expect(s.fetch.cache.hosts()).toMatchObject([{ host: 'h.example:80', state: 'waiting', until: expect.any(Date) }])
    await until(s.fetch('http://h.example/b'))
    expect(gap(s)).toBeGreaterThanOrEqual(29_990)
    expect(gap(s)).toBeLessThan(30_200)
    expect(s.told.map(({ state }) => state)).toEqual(['waiting', 'open'])
  })

  test('for a year: no longer than maxRetryAfter', async () => {
    const headers = { ratelimit: '"default";r=0;t=31536000' }
    await using s = stubbed({ retry: { maxRetryAfter: '20s' } }, () => answer(200, headers))
    await until(s.fetch('http://h.example/a'))
    await until(s.fetch('http://h.example/b'))
    expect(gap(s)).toBeGreaterThanOrEqual(20_000)
    expect(gap(s)).toBeLessThan(20_200)
  })

  test('nonsense says nothing', async () => {
    const headers = { ratelimit: '"default";r=0;t=soon', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '-4' }
    await using s = stubbed({}, () => answer(200, headers))
    await until(s.fetch('http://h.example/a'))
    await until(s.fetch('http://h.example/b'), { step: 1 })
    expect(gap(s)).toBeLessThan(50)
  })
})

test('H01: Retry-After is obeyed by other URLs, and by those who do not try again', async () => {
  await using s = stubbed({ retry: false }, (_, index) => (index === 0 ? answer(429, { 'retry-after': '2' }) : answer(200)))
  expect((await until(s.fetch('http://h.example/a'))).status).toBe(429)
  await until(s.fetch('http://h.example/b'))
  expect(gap(s)).toBeGreaterThanOrEqual(2_000)
  expect(gap(s)).toBeLessThan(2_200)
})

test('retry-after-ms goes before Retry-After', async () => {
  const headers = { 'retry-after-ms': '300', 'retry-after': '9' }
  await using s = stubbed({}, (_, index) => (index === 0 ? answer(429, headers) : answer(200)))
  expect((await until(s.fetch('http://h.example/a'))).status).toBe(200)
  expect(gap(s)).toBeGreaterThanOrEqual(300)
  expect(gap(s)).toBeLessThan(400)
})

test('a 429 that says by RateLimit when: its own next attempt waits too', async () => {
  const headers = { ratelimit: '"default";r=0;t=5' }
  await using s = stubbed({}, (_, index) => (index === 0 ? answer(429, headers) : answer(200)))
  expect((await until(s.fetch('http://h.example/a'))).status).toBe(200)
  expect(gap(s)).toBeGreaterThanOrEqual(5_000)
})

describe('concurrency is learnt', () => {
  /** A server that bears so many at a time, and refuses what is beyond. */
  const bearing = (most: () => number) => {
    let inside = 0
    return async (): Promise<Response> => {
      if (inside >= most()) return answer(503)
      inside += 1
      await after(100)
      inside -= 1
      return answer(200)
    }
  }

  test('halved by a refusal, once for those that were sent together; grown by one with each round; never above what was configured', async () => {
    let most = 2
    await using s = stubbed(
      { limits: { concurrency: 8 }, retry: { attempts: 50 } },
      bearing(() => most),
    )
    const many = (name: string, count: number): Promise<Response>[] =>
      Array.from({ length: count }, (_, n) => s.fetch(`http://h.example/${name}${n}`))
    await until(Promise.all(many('a', 30)))
    const [first] = s.told
    expect(first).toMatchObject({ host: 'h.example:80', state: 'open', concurrency: 4 })
    const low = s.fetch.cache.hosts()[0]?.concurrency ?? 0
    expect(low).toBeGreaterThanOrEqual(1)
    expect(low).toBeLessThanOrEqual(3)
    most = 100
    await until(Promise.all(many('b', 100)))
    expect(s.fetch.cache.hosts()).toEqual([])
    expect(Math.max(...s.told.map(({ concurrency }) => concurrency))).toBe(8)
    expect(s.peak()).toBe(8)
  })

  test('far fewer requests are refused than without', async () => {
    const refusals = async (status: number): Promise<number> => {
      let refused = 0
      const server = bearing(() => 2)
      const limits = { concurrency: 16 }
      const retry = { attempts: 200, statusCodes: [503, 500], minDelay: 100, maxDelay: 100 }
      await using s = stubbed({ limits, retry, random: () => 0.5 }, async () => {
        const said = await server()
        if (said.status !== 503) return said
        refused += 1
        return answer(status)
      })
      await until(Promise.all(Array.from({ length: 60 }, (_, n) => s.fetch(`http://h.example/${n}`))))
      return refused
    }
    // A 500 says nothing of how much a server bears, so from it nothing is learnt.
    const [learning, blind] = [await refusals(503), await refusals(500)]
    expect(learning).toBeLessThan(blind / 3)
  })
})

test('H05: a hundred URLs that fail once: two requests each, and the host is as before in the end', async () => {
  const seen = new Set<string>()
  await using s = stubbed({}, ({ url }) => {
    if (seen.has(url)) return answer(200)
    seen.add(url)
    return answer(503)
  })
  const answers = await until(Promise.all(Array.from({ length: 100 }, (_, n) => s.fetch(`http://h.example/${n}`))))
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  expect(s.reached).toHaveLength(200)
})

test('H06: a server that refuses for ever, a thousand calls: what is stored, and no more than one series in a cool-down', async () => {
  let isUp = true
  await using s = stubbed({ retry: { attempts: 6 }, fallback: { cooldown: '30s' } }, () => (isUp ? answer(200) : answer(503)))
  await until(s.fetch('http://h.example/f'))
  await vi.advanceTimersByTimeAsync(1_000)
  isUp = false
  for (let n = 0; n < 10; n++) {
    const answers = await until(Promise.all(Array.from({ length: 100 }, () => s.fetch('http://h.example/f'))))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
  }
  expect(s.reached.length - 1).toBe(6)
})
