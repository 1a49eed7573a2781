import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { after, type Stubbed, stubbed, until } from './stub.ts'

// B90, B91, B92, B95: who has its turn, and what waiting costs.
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const slow = (ms: number) => async (): Promise<Response> => after(ms).then(() => new Response('fine'))
const order = (s: Stubbed): string[] => s.reached.map(({ url }) => new URL(url).pathname.slice(1))
const background = { holdfast: { priority: 0 } } as const

test('B90: ten hosts at once, four in flight over all', async () => {
  await using s = stubbed({ limits: { total: 4 } }, slow(50))
  await until(Promise.all(Array.from({ length: 10 }, (_, n) => s.fetch(`http://h${n}.example/`))))
  expect([s.reached.length, s.peak()]).toEqual([10, 4])
})

test('six of a host by default', async () => {
  await using s = stubbed({}, slow(50))
  await until(Promise.all(Array.from({ length: 20 }, (_, n) => s.fetch(`http://h.example/${n}`))))
  expect(s.peak()).toBe(6)
})

test('B91: one of a host at a time, and both go on', async () => {
  await using s = stubbed({ limits: { hosts: [{ match: '*', concurrency: 1 }] } }, slow(50))
  const hosts = ['a.example', 'b.example']
  await until(Promise.all(hosts.flatMap((host) => Array.from({ length: 5 }, (_, n) => s.fetch(`http://${host}/${n}`)))))
  expect(hosts.map((host) => s.peak(host))).toEqual([1, 1])
  const [a, b] = hosts.map((host) => s.starts(host))
  expect(a).toEqual(b)
})

test('hosts in turn: a host with a thousand waiting does not hold up the others', async () => {
  await using s = stubbed({ limits: { total: 1 } }, slow(10))
  const many = Array.from({ length: 100 }, (_, n) => s.fetch(`http://many.example/${n}`))
  await vi.advanceTimersByTimeAsync(5)
  const few = ['x', 'y', 'z'].map((name) => s.fetch(`http://${name}.example/`))
  await until(Promise.all([...many, ...few]))
  const places = ['x', 'y', 'z'].map((name) => s.reached.findIndex(({ host }) => host === `${name}.example`))
  expect(Math.max(...places)).toBeLessThanOrEqual(5)
})

describe('B92: what somebody waits for comes before what nobody does', () => {
  test('at one host', async () => {
    await using s = stubbed({ limits: { concurrency: 1 } }, slow(50))
    const calls = Array.from({ length: 10 }, (_, n) => s.fetch(`http://h.example/b${n}`, background))
    await vi.advanceTimersByTimeAsync(10)
    calls.push(s.fetch('http://h.example/mine'))
    await until(Promise.all(calls))
    expect(order(s).slice(0, 3)).toEqual(['b0', 'mine', 'b1'])
  })

  test('at one host that is paced: those before it have not taken its start', async () => {
    await using s = stubbed({ limits: { hosts: [{ match: '*', rate: 1 }] } }, slow(10))
    const calls = Array.from({ length: 5 }, (_, n) => s.fetch(`http://h.example/b${n}`, background))
    await vi.advanceTimersByTimeAsync(1_100)
    calls.push(s.fetch('http://h.example/mine'))
    await until(Promise.all(calls))
    expect(order(s).indexOf('mine')).toBe(2)
  })

  test('at another host, under a total', async () => {
    await using s = stubbed({ limits: { total: 1 } }, slow(50))
    const calls = Array.from({ length: 10 }, (_, n) => s.fetch(`http://h${n}.example/b${n}`, background))
    await vi.advanceTimersByTimeAsync(10)
    calls.push(s.fetch('http://other.example/mine'))
    await until(Promise.all(calls))
    expect(order(s).slice(0, 3)).toEqual(['b0', 'mine', 'b1'])
  })

  test('by any number, per call, rule and instance; among equals who came first', async () => {
    const rules = [{ match: 'http://h.example/ruled*', priority: 7 }]
    await using s = stubbed({ limits: { concurrency: 1 }, priority: 5, rules }, slow(50))
    const calls = ['first', 'a', 'b', 'ruled', 'c'].map((name) => s.fetch(`http://h.example/${name}`))
    calls.push(s.fetch('http://h.example/low', { holdfast: { priority: -1 } }))
    calls.push(s.fetch('http://h.example/high', { holdfast: { priority: 7.5 } }))
    await until(Promise.all(calls))
    expect(order(s)).toEqual(['first', 'high', 'ruled', 'a', 'b', 'c', 'low'])
  })

  test('a refresh behind a stale answer is such work', async () => {
    await using s = stubbed({ limits: { concurrency: 1 }, staleWhileRevalidate: true }, slow(50))
    for (const name of ['a', 'b']) await until(s.fetch(`http://h.example/${name}`))
    const blocking = s.fetch('http://h.example/blocking')
    await vi.advanceTimersByTimeAsync(10)
    for (const name of ['a', 'b']) await until(s.fetch(`http://h.example/${name}`), { step: 1 })
    const mine = s.fetch('http://h.example/mine')
    await until(Promise.all([blocking, mine]))
    await until(s.fetch.idle())
    expect(order(s).slice(2)).toEqual(['blocking', 'mine', 'a', 'b'])
  })

  test('what was asked for in the background, and is waited for now, moves up', async () => {
    await using s = stubbed({ limits: { concurrency: 1 } }, slow(50))
    const calls = Array.from({ length: 10 }, (_, n) => s.fetch(`http://h.example/b${n}`, background))
    await vi.advanceTimersByTimeAsync(10)
    const mine = s.fetch('http://h.example/b7')
    await until(mine)
    expect(order(s).slice(0, 2)).toEqual(['b0', 'b7'])
    await until(Promise.all(calls))
    expect(order(s)).toHaveLength(10)
  })
})

describe('B95: a queue is no failure', () => {
  test('three seconds in a queue, one second allowed', async () => {
    await using s = stubbed({ limits: { concurrency: 1 }, timeouts: { deadline: '1s', total: '1s' }, retry: false }, slow(900))
    const calls = Array.from({ length: 4 }, (_, n) => s.fetch(`http://h.example/${n}`))
    const answers = await until(Promise.all(calls))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(Math.max(...s.starts()) - Math.min(...s.starts())).toBeGreaterThan(2_500)
  })

  test('abort in the queue: left at once, and the origin never sees it', async () => {
    await using s = stubbed({ limits: { concurrency: 1 } }, slow(1_000))
    const first = s.fetch('http://h.example/first')
    await vi.advanceTimersByTimeAsync(10)
    const leaver = new AbortController()
    const reason = new Error('changed my mind')
    const leaving = s.fetch('http://h.example/leaving', { signal: leaver.signal }).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(10)
    expect(s.fetch.cache.hosts()).toMatchObject([{ running: 1, queued: 1 }])
    leaver.abort(reason)
    expect(await leaving).toBe(reason)
    await vi.advanceTimersByTimeAsync(0)
    expect(s.fetch.cache.hosts()).toMatchObject([{ running: 1, queued: 0 }])
    await until(first)
    expect(order(s)).toEqual(['first'])
  })

  test('who waits longer than fallback.after has the stored version', async () => {
    await using s = stubbed({ limits: { concurrency: 1 }, fallback: { after: '2s' } }, slow(1_500))
    await until(s.fetch('http://h.example/stored'))
    const others = Array.from({ length: 5 }, (_, n) => s.fetch(`http://h.example/${n}`))
    const since = Date.now()
    const answer = await until(s.fetch('http://h.example/stored'))
    expect(answer.headers.get('cache-status')).toContain('detail=')
    expect(Date.now() - since).toBeLessThan(2_100)
    await until(Promise.all(others))
  })
})

describe('limits.queue', () => {
  test.each(['to a host that was asked before', 'to a new one'])(
    'all in one moment, %s: so many wait, the others are told at once',
    async (host) => {
      await using s = stubbed({ limits: { concurrency: 2, queue: 3 } }, slow(100))
      if (host !== 'to a new one') await until(s.fetch('http://h.example/before'))
      const calls = Array.from({ length: 10 }, (_, n) => s.fetch(`http://h.example/${n}`))
      const ends = await until(Promise.allSettled(calls))
      expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
      for (const end of ends.filter((one) => one.status === 'rejected')) expect(end.reason).toMatchObject({ code: 'RETRY_AFTER' })
    },
  )

  test('one too many: RETRY_AFTER at once, or the stored version', async () => {
    await using s = stubbed({ limits: { concurrency: 1, queue: 2 } }, slow(100))
    await until(s.fetch('http://h.example/stored'))
    const calls = Array.from({ length: 3 }, (_, n) => s.fetch(`http://h.example/${n}`))
    await vi.advanceTimersByTimeAsync(10)
    const since = Date.now()
    await expect(s.fetch('http://h.example/more')).rejects.toMatchObject({
      code: 'RETRY_AFTER',
      message: expect.stringContaining('2 requests wait for h.example:80 already (limits.queue)'),
    })
    const stored = await s.fetch('http://h.example/stored')
    expect([await stored.text(), Date.now() - since]).toEqual(['fine', 0])
    calls.push(s.fetch('http://other.example/'))
    await until(Promise.all(calls))
    expect((await until(s.fetch('http://h.example/more'))).status).toBe(200)
  })
})
