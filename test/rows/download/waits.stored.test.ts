import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch } from '../../../src/index.ts'
import { hang, ok, retryAtDate, retryLater, type Step, startOrigin, status } from '../../helpers/origin/index.ts'
import { isSettled, rounds, turnFor, turnUntil } from '../../helpers/turning.ts'
import { type Given, given, inspected, seen } from './given.ts'
import { lives, living, OLD, storeOld } from './stored.ts'

// H01 to H06, P05, P06: waits that the origin asks for, where there is a version, and clocks that are set meanwhile.
const DAY = 86_400_000

function gap(g: Given): number {
  const [first, second] = g.origin.requests('/f')
  return (second?.at ?? Number.NaN) - (first?.at ?? Number.NaN)
}

describe.each(lives)('$name', (life) => {
  test.each<[string, Step, number]>([
    ['two seconds', retryLater('2'), 2_000],
    ['a date', retryAtDate(3_000), 3_000],
    ['a date of a server that is an hour ahead', retryAtDate(3_000, { skewMs: 3_600_000 }), 3_000],
    ['a date of a server that is a day behind', retryAtDate(3_000, { skewMs: -DAY }), 3_000],
    ['503 that says four seconds', retryLater('4', 503), 4_000],
  ])('%s: never early, hardly late, and then the new version', async (_, step, ms) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', step, ok('new'))
    expect(await turnUntil(g.clock, seen(g.fetch(g.origin.url('/f'))))).toMatchObject({ text: 'new', outcome: 'miss' })
    expect(gap(g)).toBeGreaterThanOrEqual(ms - 5)
    expect(gap(g)).toBeLessThanOrEqual(ms * 1.1 + 200)
  })

  test.each(['-5', 'soon', '', '1e9', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    'Retry-After %j means nothing: the back-off of our own',
    async (field) => {
      await using g = await living(life, { random: () => 0.999999, retry: { minDelay: '3s' } })
      await storeOld(g, life, '/f')
      g.origin.script('/f', retryLater(field), ok('new'))
      expect(await turnUntil(g.clock, seen(g.fetch(g.origin.url('/f'))))).toMatchObject({ text: 'new', outcome: 'miss' })
      expect(gap(g)).toBeGreaterThan(2_900)
      expect(gap(g)).toBeLessThan(3_300)
    },
  )

  test('the clock is set while a wait runs: the wait is as long as it was asked for', async () => {
    for (const jump of [-3_600_000, DAY, -50 * 365 * DAY]) {
      await using g = await living(life)
      await storeOld(g, life, '/f')
      g.origin.script('/f', retryLater('4'), ok('new'))
      const began = g.clock.monotonic()
      const call = seen(g.fetch(g.origin.url('/f')))
      await turnFor(g.clock, 1_000)
      g.clock.jump(jump)
      await turnFor(g.clock, 2_900)
      expect(g.origin.hits('/f')).toBe(1)
      expect(await turnUntil(g.clock, call)).toMatchObject({ text: 'new' })
      expect(g.clock.monotonic() - began).toBeLessThanOrEqual(4_500)
    }
  })

  test('the clock is set while the headers are waited for: the time-out is as long as it was', async () => {
    for (const jump of [-3_600_000, DAY]) {
      await using g = await living(life, { retry: 2, fallback: { after: '1h' }, timeouts: { headers: '5s' } })
      await storeOld(g, life, '/f')
      g.origin.script('/f', hang(), ok('new'))
      const began = g.clock.monotonic()
      const call = seen(g.fetch(g.origin.url('/f')))
      await turnFor(g.clock, 1_000)
      g.clock.jump(jump)
      expect(await turnUntil(g.clock, call)).toMatchObject({ text: 'new' })
      expect(g.clock.monotonic() - began).toBeGreaterThanOrEqual(5_000)
      expect(g.clock.monotonic() - began).toBeLessThanOrEqual(5_500)
    }
  })

  test('a long sleep of the machine in the middle of a wait ends in one request, not in many', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', retryLater('60'), ok('new'))
    const calls = Array.from({ length: 20 }, () => seen(g.fetch(g.origin.url('/f'))))
    await turnFor(g.clock, 500)
    // What runs on in a machine that sleeps is the wall clock alone.
    g.clock.jump(10 * 3_600_000)
    await turnUntil(g.clock, Promise.all(calls))
    await turnUntil(g.clock, g.fetch.idle())
    expect(g.origin.hits('/f')).toBe(2)
  })
})

describe('a wait that goes beyond the time of the caller', () => {
  test('longer than fallback.after: the version at that time at the latest, and the refresh behind, when it is due', async () => {
    await using g = await given()
    await storeOld(g, { cached: true }, '/f')
    g.origin.script('/f', retryLater('200'), ok('new'))
    const began = g.clock.monotonic()
    const call = g.fetch(g.origin.url('/f'))
    const response = await turnUntil(g.clock, call)
    expect(await response.text()).toBe(OLD)
    expect(inspected(response, 'fallback').error).toBeInstanceOf(Error)
    expect(g.clock.monotonic() - began).toBeLessThanOrEqual(10_300)
    await turnUntil(g.clock, g.fetch.idle(), { step: 1_000 })
    expect(gap(g)).toBeGreaterThanOrEqual(200_000)
    expect(gap(g)).toBeLessThanOrEqual(221_000)
    expect(await seen(g.fetch(g.origin.url('/f'), { cache: 'force-cache' }))).toMatchObject({ text: 'new' })
  })

  test('longer than we ever wait: the version at once', async () => {
    for (const field of ['86400', '99999999999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT']) {
      await using g = await given()
      await storeOld(g, { cached: true }, '/f')
      g.origin.script('/f', retryLater(field))
      const began = g.clock.monotonic()
      const response = await g.fetch(g.origin.url('/f'))
      expect(await response.text()).toBe(OLD)
      expect(inspected(response, 'fallback').attempts.map(({ status: code }) => code)).toEqual([429])
      expect(g.clock.monotonic()).toBe(began)
    }
  })
})

test('H06: 503 for ever: 1,000 calls over five minutes cost one series each 30 s', async () => {
  await using g = await given({ retry: 2 })
  await storeOld(g, { cached: true }, '/f')
  g.origin.script('/f', status(503))
  for (let n = 0; n < 1_000; n += 1) {
    expect(await turnUntil(g.clock, seen(g.fetch(g.origin.url('/f'))), { step: 1 })).toMatchObject({
      text: OLD,
      outcome: 'fallback',
    })
    await g.clock.advance(300)
  }
  expect(g.origin.hits('/f')).toBeGreaterThanOrEqual(2 * 9)
  expect(g.origin.hits('/f')).toBeLessThanOrEqual(2 * 11)
})

test('on the real clock no timer is longer than a timer can be: no storm and no warning', async () => {
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  await using origin = await startOrigin()
  const long = '100d'
  const times = { connect: long, headers: long, stall: long, deadline: long, total: long }
  const retry = { maxRetryAfter: '365d', minDelay: long, maxDelay: long }
  const fetch = createCachedFetch({
    tiers: [memory()],
    timeouts: times,
    retry,
    fallback: { after: long, cooldown: long },
    storeTimeout: long,
  })
  origin.script('/asks', retryLater('9999999'))
  origin.script('/backs-off', status(503))
  origin.script('/hangs', hang())
  origin.script('/fine', ok('fine'))
  const controller = new AbortController()
  const calls = ['/asks', '/backs-off', '/hangs'].map((path) => seen(fetch(origin.url(path), { signal: controller.signal })))
  await rounds(200)
  expect(await Promise.all(calls.map(isSettled))).toEqual([false, false, false])
  expect(origin.hits()).toBe(3)
  controller.abort()
  expect(await Promise.all(calls)).toEqual(Array.from({ length: 3 }, () => ({ rejected: 'AbortError' })))
  await fetch.close()
  await rounds()
  process.off('warning', note)
  expect(warnings).toEqual([])
})
