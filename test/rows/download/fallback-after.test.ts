import { expect, test } from 'vitest'
import { pseudoRandom } from '../../helpers/digest.ts'
import { cut, gate, gatedBody, hang, ok, type Step, stall, status } from '../../helpers/origin/index.ts'
import { isSettled, rounds, turnFor, turnUntil } from '../../helpers/turning.ts'
import { given, inspected, seen } from './given.ts'

const v1 = { status: 200, text: 'v1', outcome: 'fallback' }

test('after 10 s without headers the version, and the download goes on behind', async () => {
  await using g = await given({ ttl: '1h' })
  const late = gate(ok('v2'))
  g.origin.script('/f', ok('v1'), late)
  await g.fetch(g.origin.url('/f'))
  const call = seen(g.fetch(g.origin.url('/f'), { cache: 'no-cache' }))
  await late.arrived
  await turnFor(g.clock, 9_900)
  expect(await isSettled(call)).toBe(false)
  await turnFor(g.clock, 200)
  expect(await isSettled(call)).toBe(true)
  expect(await call).toEqual(v1)
  late.release()
  await turnUntil(g.clock, g.fetch.idle())
  expect(await seen(g.fetch(g.origin.url('/f')))).toEqual({ status: 200, text: 'v2', outcome: 'hit' })
  expect(g.origin.hits('/f')).toBe(2)
})

test.each(['30s', '10m'])(
  'with headers in time, the wait goes on as long as the body keeps its rate (stall: %s)',
  async (stall) => {
    await using g = await given({ ttl: '1h', timeouts: { stall } })
    const body = pseudoRandom(200_000)
    const late = gatedBody(body, 100_000)
    g.origin.script('/f', ok('v1'), late)
    await g.fetch(g.origin.url('/f'))
    const call = seen(g.fetch(g.origin.url('/f'), { cache: 'no-cache' }))
    await late.arrived
    // 100 KB in the first moment keep 1 KB a second alive for a while, past the 10 s that headers have.
    await turnFor(g.clock, 15_000)
    expect(await isSettled(call)).toBe(false)
    expect(await turnUntil(g.clock, call, { limit: 60_000 })).toEqual(v1)
  },
)

test('a body that breaks each time after a good beginning is not waited for over and over', async () => {
  await using g = await given({ ttl: '1h' })
  g.origin.script('/f', ok('v1'), stall(pseudoRandom(200_000), 100_000))
  await g.fetch(g.origin.url('/f'))
  const call = seen(g.fetch(g.origin.url('/f'), { cache: 'no-cache' }))
  expect(await turnUntil(g.clock, call, { limit: 31_000 })).toEqual(v1)
})

test('one that breaks when the patience is spent is not waited for a moment longer', async () => {
  await using g = await given({ ttl: '1h' })
  const broken = Promise.withResolvers<void>()
  const breaks: Step = (exchange) => {
    void broken.promise.then(() => exchange.destroy())
    return stall(pseudoRandom(200_000), 100_000)(exchange)
  }
  g.origin.script('/f', ok('v1'), breaks, hang())
  await g.fetch(g.origin.url('/f'))
  const call = seen(g.fetch(g.origin.url('/f'), { cache: 'no-cache' }))
  await turnFor(g.clock, 15_000)
  expect(await isSettled(call)).toBe(false)
  broken.resolve()
  // By a clock that stands still.
  expect(await call).toEqual(v1)
})

test.each([
  [5_000, { status: 200, text: 'v2', outcome: 'miss' }],
  [15_000, v1],
])('a check of what came slowly has the same patience once more: it takes %i ms', async (ms, expected) => {
  await using g = await given({ ttl: '1h' })
  const late = gatedBody('v2', 1)
  g.origin.script('/f', ok('v1'), late)
  await g.fetch(g.origin.url('/f'))
  const check = () => new Promise<void>((resolve) => void g.clock.setTimeout(resolve, ms))
  const call = seen(g.fetch(g.origin.url('/f'), { cache: 'no-cache', holdfast: { check } }))
  await late.arrived
  await turnFor(g.clock, 15_000)
  expect(await isSettled(call)).toBe(false)
  late.release()
  expect(await turnUntil(g.clock, call, { limit: 16_000 })).toEqual(expected)
  await turnUntil(g.clock, g.fetch.idle())
})

const step: Record<string, Step> = { hang: gate(), pause: status(429, { 'Retry-After': '60' }) }
test('waiting for a ticket, or on a paused host, counts for fallback.after', async () => {
  for (const name of ['hang', 'pause']) {
    await using g = await given({ limits: { concurrency: 1 } })
    g.origin.script('/f', ok('v1'))
    g.origin.script('/other', step[name] as Step)
    await g.fetch(g.origin.url('/f'))
    const other = seen(g.fetch(g.origin.url('/other')))
    await rounds()
    const start = g.clock.monotonic()
    expect(await turnUntil(g.clock, seen(g.fetch(g.origin.url('/f'))))).toEqual(v1)
    expect(g.clock.monotonic() - start).toBeGreaterThanOrEqual(10_000)
    expect(g.clock.monotonic() - start).toBeLessThan(10_300)
    expect(g.origin.hits('/f')).toBe(1)
    g.origin.kill()
    await turnUntil(g.clock, other)
  }
})

test('a body that breaks is followed by the same patience, not by the whole series of attempts', async () => {
  await using g = await given({ ttl: '1h' })
  g.origin.script('/f', ok('v1'), cut(pseudoRandom(200_000), 100_000), hang())
  await g.fetch(g.origin.url('/f'))
  const call = seen(g.fetch(g.origin.url('/f'), { cache: 'no-cache' }))
  expect(await turnUntil(g.clock, call, { limit: 21_000 })).toEqual(v1)
})

test('with nothing stored there is no such hurry', async () => {
  await using g = await given()
  const late = gate(ok('v1'))
  g.origin.script('/f', late)
  const call = seen(g.fetch(g.origin.url('/f')))
  await late.arrived
  await turnFor(g.clock, 25_000)
  expect(await isSettled(call)).toBe(false)
  late.release()
  expect(await call).toEqual({ status: 200, text: 'v1', outcome: 'miss' })
})

test('after: what is set is what is waited, per call too, and 0 gives the version at once', async () => {
  for (const [after, ms] of [
    ['3s', 3_000],
    [0, 0],
  ] as const) {
    await using g = await given()
    g.origin.script('/f', ok('v1'), hang())
    await g.fetch(g.origin.url('/f'))
    const call = seen(g.fetch(g.origin.url('/f'), { holdfast: { fallback: { after } } }))
    expect(await turnUntil(g.clock, call)).toEqual(v1)
    expect(g.clock.monotonic()).toBeGreaterThanOrEqual(ms)
    expect(g.clock.monotonic()).toBeLessThanOrEqual(ms + 200)
  }
})

test('a signal that ends by TimeoutError resolves with the version, any other end rejects with its reason', async () => {
  await using g = await given({ fallback: { after: '1h' } })
  g.origin.script('/f', ok('v1'), hang())
  g.origin.script('/none', hang())
  await g.fetch(g.origin.url('/f'))
  const timed = await g.fetch(g.origin.url('/f'), { signal: AbortSignal.timeout(30) })
  expect(inspected(timed, 'fallback').error).toMatchObject({ name: 'TimeoutError' })
  expect(await timed.text()).toBe('v1')
  const reason = new Error('mine')
  const controller = new AbortController()
  const aborted = seen(g.fetch(g.origin.url('/f'), { signal: controller.signal, cache: 'no-cache' }))
  controller.abort(reason)
  expect(await aborted).toEqual({ rejected: 'Error' })
  expect(await seen(g.fetch(g.origin.url('/none'), { signal: AbortSignal.timeout(30) }))).toEqual({ rejected: 'TimeoutError' })
})
