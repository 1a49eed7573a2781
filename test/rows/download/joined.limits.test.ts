import { Dispatcher1Wrapper, MockAgent } from 'undici'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CallOptions, Init } from '../../../src/index.ts'
import { byRequest, gate, hangUp, inOrder, ok, retryLater, type Step, status, trickle } from '../../helpers/origin/index.ts'
import { rounds, turnUntil } from '../../helpers/turning.ts'
import { folder } from '../stores/given.ts'
import { another } from '../versions/histories.ts'
import { given, type Seen, seen } from './given.ts'

const FINE = { status: 200, text: 'fine', outcome: 'miss' }
const HASTY: CallOptions = { retry: false, timeouts: { headers: '1s' } }

/** One caller with these options, then others who join: what each came to, and how often the origin was asked. */
async function together(first: Step, all: readonly CallOptions[]): Promise<{ came: readonly Seen[]; asked: number }> {
  await using g = await given()
  const held = gate(first)
  g.origin.script('/f', inOrder(held, ok('fine')))
  const calls = all.map((holdfast) => seen(g.fetch(g.origin.url('/f'), { holdfast })))
  await held.arrived
  await rounds()
  if (!all.includes(HASTY)) held.release()
  const came = await turnUntil(g.clock, Promise.all(calls))
  return { came, asked: g.origin.hits('/f') }
}

test('who joins a caller with less patience for headers goes on when that one gives up', async () => {
  expect(await together(ok('late'), [HASTY, {}, {}])).toEqual({ came: [{ rejected: 'TIMEOUT' }, FINE, FINE], asked: 2 })
})

test('who joins a caller that tries only once goes on when that one gives up', async () => {
  const { came, asked } = await together(status(503, {}, 'not now'), [{ retry: false }, {}])
  expect(came).toEqual([{ status: 503, text: 'not now', outcome: 'miss' }, FINE])
  expect(asked).toBe(2)
})

test('who joins a caller that a host keeps waiting waits as long, for it is no time-out of either', async () => {
  const hasty = { timeouts: { deadline: '2s' } }
  const { came, asked } = await together(retryLater('5', 503), [hasty, { ...hasty, priority: 20 }])
  expect(came).toEqual([FINE, FINE])
  expect(asked).toBe(2)
})

test.each<[string, CallOptions, Step]>([
  ['would not wait so long for the host', { retry: { maxRetryAfter: '1s' } }, retryLater('5', 503)],
  ['bears no slow body', { retry: false, timeouts: { minRate: '1MB' } }, trickle('fine', { bytes: 1, everyMs: 10_000 })],
])('who joins a caller that %s goes on when that one gives up', async (_, first, step) => {
  const { came, asked } = await together(step, [first, { retry: first.retry === false ? false : {} }])
  expect([came[1], asked]).toEqual([FINE, 2])
})

test('who would have tried no longer has what the first of them has, and nobody asks again', async () => {
  const { came, asked } = await together(status(503, {}, 'not now'), [{ retry: false }, { retry: false, priority: 20 }])
  expect(came.map((one) => one.status)).toEqual([503, 503])
  expect(asked).toBe(1)
})

const thrown = (): never => {
  throw new Error('mine')
}

test.each<[string, CallOptions, CallOptions, Step]>([
  ['takes 404 for an answer', {}, { retry: { statusCodes: [404] } }, status(404)],
  ['takes 202 for an answer', {}, { retry: { statusCodes: [202] } }, status(202)],
  ['takes 202 for a stream', {}, { retry: { statusCodes: [202] }, delivery: 'streaming' }, status(202)],
  ['does not ask again for 503', { retry: { statusCodes: [] } }, {}, status(503)],
  ['says no to a second try', { retry: { shouldRetry: () => false } }, {}, status(503)],
  ['throws over a second try', { retry: { shouldRetry: thrown } }, { retry: { shouldRetry: () => true } }, status(503)],
])('who joins a caller that %s, and would ask again, does so', async (_, first, second, step) => {
  const { came, asked } = await together(step, [first, second, second])
  expect([came.slice(1), asked]).toEqual([[FINE, FINE], 2])
})

test('who would have said the same of a second try has what the first has, and nobody asks again', async () => {
  const all = [1, 2, 3].map(() => ({ retry: { shouldRetry: () => false } }))
  const { came, asked } = await together(status(503), all)
  expect([came.map((one) => one.status), asked]).toEqual([[503, 503, 503], 1])
})

test('who joins a caller for whose Accept the origin fails goes on, where it says that this is why; under * nobody asks again', async () => {
  for (const [vary, asked] of [['Accept', 2] as const, ['*', 1] as const]) {
    await using g = await given({ retry: false })
    const fails = status(500, { Vary: vary }, 'no csv')
    const held = gate(
      byRequest(({ headers }) => (headers.accept === 'text/csv' ? fails : ok('fine', { headers: { Vary: vary } }))),
    )
    g.origin.script('/f', held)
    const calls = ['text/csv', 'text/plain', 'text/plain', 'text/csv'].map((accept) =>
      seen(g.fetch(g.origin.url('/f'), { headers: { accept } })),
    )
    await held.arrived
    await rounds()
    held.release()
    const texts = (await turnUntil(g.clock, Promise.all(calls))).map(({ text }) => text)
    expect(texts).toEqual(asked === 1 ? Array(4).fill('no csv') : ['no csv', 'fine', 'fine', 'no csv'])
    expect(g.origin.hits('/f')).toBe(asked)
  }
})

test.each([404, 501])('who joins a caller that knows one place has a %i of it, and asks his own next', async (code) => {
  await using g = await given({ retry: false })
  const held = gate(status(code))
  g.origin.script('/f', held)
  g.origin.script('/mirror', ok('fine'))
  const sources = [g.origin.url('/mirror')]
  const calls = [{}, { sources }, { sources, delivery: 'streaming' as const }, {}].map((holdfast) =>
    seen(g.fetch(g.origin.url('/f'), { holdfast })),
  )
  await held.arrived
  await rounds()
  held.release()
  expect((await turnUntil(g.clock, Promise.all(calls))).map((one) => one.status)).toEqual([code, 200, 200, code])
})

test('who joins a caller that falls back, and knows another place, asks that, whatever the cool-down', async () => {
  await using g = await given({ retry: false })
  const held = gate(status(503))
  g.origin.script('/f', ok('old'), held)
  g.origin.script('/mirror', ok('fine'))
  await seen(g.fetch(g.origin.url('/f')))
  await g.clock.advance(1_000)
  const calls = [{}, { sources: [g.origin.url('/mirror')] }].map((holdfast) => seen(g.fetch(g.origin.url('/f'), { holdfast })))
  await held.arrived
  await rounds()
  held.release()
  expect(await turnUntil(g.clock, Promise.all(calls))).toEqual([{ status: 200, text: 'old', outcome: 'fallback' }, FINE])
})

test.each([
  ['hangs up', hangUp()],
  ['answers 404', status(404)],
])('who joins a caller on whose way the server %s goes by his own dispatcher', async (_, step) => {
  await using g = await given({ retry: false })
  const held = gate(step)
  g.origin.script('/f', held)
  const mock = new MockAgent()
  mock.get(g.origin.url('')).intercept({ path: '/f' }).reply(200, 'fine')
  const dispatcher = new Dispatcher1Wrapper(mock) as unknown as NonNullable<Init['dispatcher']>
  const calls = [seen(g.fetch(g.origin.url('/f'))), seen(g.fetch(g.origin.url('/f'), { dispatcher }))]
  await held.arrived
  await rounds()
  held.release()
  expect((await turnUntil(g.clock, Promise.all(calls)))[1]).toEqual(FINE)
})

test.each<[string, CallOptions, CallOptions, Step]>([
  ['maxEntryBytes', { maxEntryBytes: 2 }, { maxEntryBytes: 9 }, ok('fine')],
  ['ttl', {}, { ttl: '1h' }, ok('fine', { headers: { 'Cache-Control': 'no-store' } })],
])('who joins a caller whose %s does not let the answer be kept has it, and keeps it', async (_, first, second, step) => {
  await using g = await given()
  const held = gate(step)
  g.origin.script('/f', held)
  const calls = [first, first, second, second].map((holdfast) => seen(g.fetch(g.origin.url('/f'), { holdfast })))
  await held.arrived
  await rounds()
  held.release()
  const outcomes = (await turnUntil(g.clock, Promise.all(calls))).map(({ outcome }) => outcome)
  expect(outcomes).toEqual(['bypass', 'bypass', 'miss', 'miss'])
  expect(await g.fetch.cache.has(g.origin.url('/f'))).toBe(true)
  expect(g.origin.hits('/f')).toBe(2)
})

test.each<[string, Init, Init]>([
  ['has it at any age', { cache: 'force-cache' }, {}],
  ['has what is fresh', {}, { headers: { 'Cache-Control': 'no-cache' } }],
])(
  'who joins a caller that %s asks anew where another process has brought what is not fresh to him',
  async (_, first, second) => {
    const place = `${folder()}/c.db`
    await using g = await given({ ttl: '1h', tiers: [sqlite(place)] })
    const other = another(g, [sqlite(place)], { ttl: '1h' })
    const url = g.origin.url('/f')
    const held = gate(ok('asked before'))
    g.origin.script('/f', held, ok('asked after'))
    const before = seen(other(url))
    await held.arrived
    await g.clock.advance(1)
    if (first.cache) await g.fetch.cache.invalidate({ url })
    await g.clock.advance(1)
    const calls = [seen(g.fetch(url, first)), seen(g.fetch(url, second))]
    await rounds()
    held.release()
    await before
    const came = await turnUntil(g.clock, Promise.all(calls))
    expect(came.map(({ text }) => text)).toEqual(['asked before', 'asked after'])
  },
)
