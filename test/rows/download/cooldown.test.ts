import { expect, test } from 'vitest'
import { hang, ok, status } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { die, type Given, given, inspected, seen } from './given.ts'

const v1 = { status: 200, text: 'v1', outcome: 'fallback' }
const ask = (g: Given, init?: RequestInit) => turnUntil(g.clock, seen(g.fetch(g.origin.url('/f'), init)), { step: 1 })

/** v1 stored, and the origin answering 503 from then on; one series of six was told. */
async function outage(options: Parameters<typeof given>[0] = {}): Promise<Given> {
  const g = await given(options)
  g.origin.script('/f', ok('v1'), status(503))
  await g.fetch(g.origin.url('/f'))
  await g.clock.advance(1_000)
  expect(await seen(g.fetch(g.origin.url('/f')))).toEqual(v1)
  expect(g.origin.hits()).toBe(7)
  return g
}

test('an outage costs one series of attempts, not one per caller', async () => {
  await using g = await outage()
  for (let n = 0; n < 1_000; n += 1) expect(await seen(g.fetch(g.origin.url('/f')))).toEqual(v1)
  expect(g.origin.hits()).toBe(7)
  expect(g.told('attempt')).toHaveLength(7)
  expect(g.told('fallback')).toHaveLength(1_001)
})

test('after 30 s it is asked again, and that failure counts anew', async () => {
  await using g = await outage()
  await g.clock.advance(29_900)
  await ask(g)
  expect(g.origin.hits()).toBe(7)
  await g.clock.advance(200)
  expect(await ask(g)).toEqual(v1)
  expect(g.origin.hits()).toBe(13)
  await g.clock.advance(20_000)
  await ask(g)
  expect(g.origin.hits()).toBe(13)
})

test('a call in the cool-down is told which series failed, and when', async () => {
  await using g = await outage()
  const failedAt = new Date(g.clock.now())
  await g.clock.advance(5_000)
  const response = await g.fetch(g.origin.url('/f'))
  const { error, attempts, staleFor } = inspected(response, 'fallback')
  expect(error.message).toContain('503')
  expect(attempts.map(({ at, status: code }) => [at, code])).toEqual(Array.from({ length: 6 }, () => [failedAt, 503]))
  expect(staleFor).toBe(6_000)
  expect(response.headers.get('age')).toBe('6')
  await response.text()
})

test.each<[string, (g: Given) => Promise<unknown>]>([
  ['url', (g) => g.fetch.cache.invalidate({ url: g.origin.url('/f') })],
  ['tag', (g) => g.fetch.cache.invalidate({ tag: 'mine' })],
])('an invalidation by %s ends it: the next call asks, and that failure counts anew', async (_, invalidate) => {
  await using g = await outage({ tags: ['mine'] })
  await invalidate(g)
  await g.clock.advance(1)
  for (const _call of [1, 2]) expect(await ask(g)).toEqual(v1)
  expect(g.origin.hits()).toBe(13)
})

test('a good answer ends it', async () => {
  await using g = await outage()
  g.origin.script('/f', ok('v2'))
  expect(await ask(g)).toEqual(v1)
  expect(await ask(g, { cache: 'no-cache' })).toEqual({ status: 200, text: 'v2', outcome: 'miss' })
  expect(await ask(g)).toEqual({ status: 200, text: 'v2', outcome: 'revalidated' })
})

test.each(['reload', 'no-cache'] as const)('cache: %s passes by', async (cache) => {
  await using g = await outage()
  expect(await ask(g, { cache })).toEqual(v1)
  expect(g.origin.hits()).toBe(13)
})

test.each([
  ['5s', 4_900, 7],
  ['5s', 5_100, 13],
  [0, 0, 13],
])('cooldown: %s, %i ms later', async (cooldown, ms, hits) => {
  await using g = await outage({ fallback: { cooldown } })
  await g.clock.advance(ms)
  expect(await ask(g)).toEqual(v1)
  expect(g.origin.hits()).toBe(hits)
})

test('with nothing to fall back to, each call asks', async () => {
  await using g = await given({ retry: false })
  g.origin.script('/f', status(503))
  for (let n = 0; n < 3; n += 1) expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 503 })
  expect(g.origin.hits()).toBe(3)
})

test('a caller that wants no fallback asks', async () => {
  await using g = await outage()
  const strict = await g.fetch(g.origin.url('/f'), { holdfast: { fallback: false, retry: false } })
  expect(strict.status).toBe(503)
  expect(g.origin.hits()).toBe(8)
})

test('one URL cools down, another of the same host does not', async () => {
  await using g = await outage()
  g.origin.script('/g', ok('v1'), ok('v2'))
  await g.fetch(g.origin.url('/g'))
  expect(await seen(g.fetch(g.origin.url('/g')))).toMatchObject({ text: 'v2', outcome: 'miss' })
})

test('network failures and time-outs cool down as a status does', async () => {
  await using g = await given({ retry: false, fallback: { after: '1h' } })
  g.origin.script('/f', ok('v1'), hang())
  await g.fetch(g.origin.url('/f'))
  await g.clock.advance(1_000)
  expect(await turnUntil(g.clock, seen(g.fetch(g.origin.url('/f'))))).toEqual(v1)
  expect(await seen(g.fetch(g.origin.url('/f')))).toEqual(v1)
  expect(g.origin.hits()).toBe(2)
  await die(g.origin)
  await g.clock.advance(31_000)
  expect(await seen(g.fetch(g.origin.url('/f')))).toEqual(v1)
  expect(await seen(g.fetch(g.origin.url('/f')))).toEqual(v1)
  expect(g.told('attempt')).toHaveLength(3)
})

test('an answer that `on` does not name is no failed refresh', async () => {
  await using g = await given()
  g.origin.script('/f', ok('v1'), status(404, {}, 'no'))
  await g.fetch(g.origin.url('/f'))
  for (let n = 0; n < 3; n += 1) expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 404 })
  expect(g.origin.hits()).toBe(4)
})

test.each([
  [[404], 404],
  [['4xx'], 403],
  [[429], 429],
] as const)('an answer that `on` (%j) names is asked for once, and told as what it was: %i', async (on, code) => {
  await using g = await given({ fallback: { on: [...on] }, retry: false })
  g.origin.script('/f', ok('v1'), status(code))
  await g.fetch(g.origin.url('/f'))
  await g.clock.advance(1_000)
  for (let n = 0; n < 3; n += 1) {
    const { error } = inspected(await g.fetch(g.origin.url('/f')), 'fallback')
    expect(error).toMatchObject({ code: 'HTTP', response: { status: code } })
  }
  expect(g.origin.hits()).toBe(2)
})

test('another instance on the same store keeps to it, as an outage is not one per process', async () => {
  await using g = await outage()
  const child = g.fetch.extend({})
  expect(await seen(child(g.origin.url('/f')))).toEqual(v1)
  expect(g.origin.hits()).toBe(7)
})

test('a failed refresh behind a stale answer is told, and cools down too', async () => {
  await using g = await given({ ttl: '10s', staleWhileRevalidate: '1h' })
  g.origin.script('/f', ok('v1'), status(503))
  await g.fetch(g.origin.url('/f'))
  await g.clock.advance(11_000)
  for (let n = 0; n < 5; n += 1) {
    const answer = await seen(g.fetch(g.origin.url('/f')))
    expect([answer.text, answer.outcome === 'stale' || answer.outcome === 'fallback']).toEqual(['v1', true])
    await turnUntil(g.clock, g.fetch.idle(), { step: 1 })
  }
  expect(g.origin.hits()).toBe(7)
  expect(g.told('refresh-failed')).toHaveLength(1)
})
