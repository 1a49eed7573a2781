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
