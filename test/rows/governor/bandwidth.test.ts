import { expect, test } from 'vitest'
import { chunked, ok } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { given, seen } from '../download/given.ts'

const body = (bytes: number): string => 'x'.repeat(bytes)

test('the bodies of one host come no faster than they may, all together; another host is not in it', async () => {
  await using g = await given({ limits: { bytesPerSecond: 10_000 } })
  for (const name of ['/a', '/b']) g.origin.script(name, ok(body(50_000)))
  const answers = await turnUntil(g.clock, Promise.all(['/a', '/b'].map((name) => seen(g.fetch(g.origin.url(name))))), {
    step: 10,
  })
  expect(answers.map(({ text }) => text?.length)).toEqual([50_000, 50_000])
  expect(g.clock.monotonic()).toBeGreaterThanOrEqual(9_500)
  expect(g.clock.monotonic()).toBeLessThan(10_600)
})

test('many small ones one after the other are no faster', async () => {
  await using g = await given({ limits: { bytesPerSecond: 10_000 } })
  for (let n = 0; n < 10; n++) g.origin.script(`/${n}`, ok(body(5_000)))
  for (let n = 0; n < 10; n++) await turnUntil(g.clock, seen(g.fetch(g.origin.url(`/${n}`))))
  expect(g.clock.monotonic()).toBeGreaterThanOrEqual(4_700)
})

test('to be held back is neither silence nor crawl of the origin', async () => {
  const timeouts = { stall: '2s', minRate: '10KB' } as const
  await using g = await given({ limits: { bytesPerSecond: 4_000 }, timeouts, retry: false })
  // Larger than what a socket takes in one go: what is here already cannot be given up any more.
  g.origin.script('/a', ok(body(400_000)))
  const answer = await turnUntil(g.clock, seen(g.fetch(g.origin.url('/a'))), { step: 10 })
  expect(answer).toMatchObject({ status: 200 })
  expect(answer.text).toHaveLength(400_000)
  expect(g.clock.monotonic()).toBeGreaterThanOrEqual(98_000)
})

test('a live stream too', async () => {
  await using g = await given({ limits: { bytesPerSecond: 10_000 } })
  g.origin.script('/a', chunked(body(30_000)))
  const response = await turnUntil(g.clock, g.fetch(g.origin.url('/a'), { holdfast: { delivery: 'live' } }))
  expect((await turnUntil(g.clock, response.text())).length).toBe(30_000)
  expect(g.clock.monotonic()).toBeGreaterThanOrEqual(2_700)
})

test('who aborts meanwhile does not wait for its turn', async () => {
  await using g = await given({ limits: { bytesPerSecond: 100 } })
  g.origin.script('/a', ok(body(5_000)))
  const leaver = new AbortController()
  const call = g.fetch(g.origin.url('/a'), { signal: leaver.signal }).catch(() => 'left')
  await g.clock.advance(1_000)
  leaver.abort()
  expect(await call).toBe('left')
  await g.fetch.idle()
})
