import '../../helpers/loaded.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { after, type Reached, type Stubbed, stubbed, until } from './stub.ts'

// B72: the whole host waits, also those who have stood in its line for long.
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const paths = (s: Stubbed): string[] => s.reached.map(({ host, url }) => host[0] + new URL(url).pathname)

/** Says "later" at once, and takes its time with the page. */
const refused = (status: number, headers: Record<string, string>, pageTakes: number): Response => {
  const page = new ReadableStream<Uint8Array>({
    start: async (controller) => {
      await after(pageTakes)
      controller.close()
    },
  })
  return new Response(page, { status, headers })
}

test('who stood ready for a place among all does not go to a host that has asked for a pause since', async () => {
  const answers = async ({ host }: Reached, index: number): Promise<Response> => {
    if (index === 0) return after(100).then(() => refused(429, { 'retry-after': '60' }, 5_000))
    return after(host.startsWith('b') ? 200 : 10).then(() => new Response('fine'))
  }
  await using s = stubbed({ limits: { total: 2 }, retry: false }, answers)
  const first = ['http://a.example/1', 'http://b.example/1'].map((url) => s.fetch(url))
  await vi.advanceTimersByTimeAsync(10)
  const queued = s.fetch('http://a.example/2')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(paths(s)).toEqual(['a/1', 'b/1'])
  await until(Promise.all([...first, queued]))
  expect(s.starts('a.example').map((at, n, [begun]) => (n === 0 ? 0 : at - (begun as number)))).toEqual([0, 60_100])
})

test('nor to one that is known by now to bear less', async () => {
  const answers = async ({ host }: Reached, index: number): Promise<Response> => {
    if (index === 0) return after(100).then(() => refused(503, {}, 500))
    return after(host.startsWith('b') ? 200 : 1_000).then(() => new Response('fine'))
  }
  await using s = stubbed({ limits: { total: 3, concurrency: 2 }, retry: false }, answers)
  const calls = ['http://a.example/1', 'http://b.example/1', 'http://b.example/2'].map((url) => s.fetch(url))
  await vi.advanceTimersByTimeAsync(10)
  calls.push(s.fetch('http://a.example/2'))
  await vi.advanceTimersByTimeAsync(400)
  expect(paths(s)).toEqual(['a/1', 'b/1', 'b/2'])
  await until(Promise.all(calls))
  expect(s.peak('a.example')).toBe(1)
})

test('who stands in the line of a host that asks for longer than they wait is told at once; who waits longer stays', async () => {
  const answers = async (_: Reached, index: number): Promise<Response> =>
    after(100).then(() => (index === 0 ? refused(429, { 'retry-after': '3600' }, 0) : new Response('fine')))
  await using s = stubbed({ limits: { concurrency: 1 } }, answers)
  const first = s.fetch('http://a.example/1')
  await vi.advanceTimersByTimeAsync(10)
  const told = [2, 3].map((n) => s.fetch(`http://a.example/${n}`).catch((error: unknown) => error))
  const patient = s.fetch('http://a.example/4', { holdfast: { retry: { maxRetryAfter: '2h' } } })
  const ends = await until(Promise.all([first, ...told]), { limit: 10_000 })
  expect((ends[0] as Response).status).toBe(429)
  for (const end of ends.slice(1))
    expect(end).toMatchObject({
      code: 'RETRY_AFTER',
      message: expect.stringContaining('a.example:80 asked to be left alone for another 3600 s'),
    })
  expect(s.fetch.cache.hosts()).toMatchObject([{ running: 0, queued: 1, state: 'waiting' }])
  expect(await (await until(patient, { step: 1_000 })).text()).toBe('fine')
  expect(paths(s)).toEqual(['a/1', 'a/4'])
})

test('who waits for a probe, and finds the host paused for longer than they wait, is told', async () => {
  const answers = async (_: Reached, index: number): Promise<Response | Error> =>
    after(100).then(() => (index < 6 ? new TypeError('gone') : refused(503, { 'retry-after': '3600' }, 0)))
  await using s = stubbed({ retry: false }, answers)
  await until(Promise.allSettled(Array.from({ length: 6 }, (_, n) => s.fetch(`http://a.example/${n}`))))
  const probe = s.fetch('http://a.example/probe')
  const waiting = s.fetch('http://a.example/waiting').catch((error: unknown) => error)
  expect((await until(probe)).status).toBe(503)
  expect(await until(waiting, { limit: 10_000 })).toMatchObject({ code: 'RETRY_AFTER' })
})
