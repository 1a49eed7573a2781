import { describe, expect, test } from 'vitest'
import { gate, ok, retryAtDate, retryLater, startOrigin, status } from '../../helpers/origin/index.ts'
import { isSettled, rounds, turnFor, turnUntil } from '../../helpers/turning.ts'
import { type Given, given, inspected, seen } from './given.ts'

/** Milliseconds between the requests for /f. */
function gaps(g: Given): number[] {
  const at = g.origin.requests('/f').map((request) => request.at)
  return at.slice(1).map((time, n) => time - (at[n] ?? 0))
}

const TOO_LONG = ['86400', '1000000000', '99999999999999999999']
const MEANINGLESS = ['-5', 'soon', '', '1e9', '2, 3', '0x10', 'Thu, 01 Jan 1970 00:00:00 GMT']

describe('a 429 that says when', () => {
  test.each<[string, string, number]>([
    ['seconds', '2', 2_000],
    ['a fraction, rounded up', '1.5', 2_000],
    ['a fraction below one', '0.2', 1_000],
    ['white space around', ' 3 ', 3_000],
  ])('%s', async (_, field, ms) => {
    await using g = await given()
    g.origin.script('/f', retryLater(field), ok('fine'))
    const response = await turnUntil(g.clock, g.fetch(g.origin.url('/f')))
    expect(await response.text()).toBe('fine')
    expect(gaps(g)[0]).toBeGreaterThanOrEqual(field.includes('.') ? Number(field) * 1_000 : ms)
    expect(gaps(g)[0]).toBeLessThanOrEqual(ms + 200)
    expect(inspected(response, 'miss').attempts.map((one) => one.status)).toEqual([429, 200])
  })

  test.each([0, 3_600_000, -3_600_000])('a date, measured against the clock of a server that is %i ms ahead', async (skewMs) => {
    await using g = await given()
    g.origin.script('/f', retryAtDate(3_000, { skewMs }), ok('fine'))
    expect(await turnUntil(g.clock, seen(g.fetch(g.origin.url('/f'))))).toMatchObject({ text: 'fine' })
    expect(gaps(g)[0]).toBeGreaterThanOrEqual(3_000)
    expect(gaps(g)[0]).toBeLessThanOrEqual(3_200)
  })

  test('503 says it too', async () => {
    await using g = await given()
    g.origin.script('/f', retryLater('4', 503), ok('fine'))
    await turnUntil(g.clock, g.fetch(g.origin.url('/f')))
    expect(gaps(g)[0]).toBeGreaterThanOrEqual(4_000)
  })

  test('absent: the back-off of our own', async () => {
    await using g = await given({ random: () => 0.999999, retry: { minDelay: '3s' } })
    g.origin.script('/f', retryLater(undefined), ok('fine'))
    await turnUntil(g.clock, g.fetch(g.origin.url('/f')))
    expect(gaps(g)[0]).toBeGreaterThan(2_900)
    expect(gaps(g)[0]).toBeLessThan(3_200)
  })

  test.each(MEANINGLESS)('%j means nothing: the back-off of our own', async (field) => {
    await using g = await given({ random: () => 0.999999, retry: { minDelay: '3s' } })
    g.origin.script('/f', retryLater(field), ok('fine'))
    expect(await turnUntil(g.clock, seen(g.fetch(g.origin.url('/f'))))).toMatchObject({ text: 'fine' })
    expect(gaps(g)[0]).toBeGreaterThan(2_900)
    expect(gaps(g)[0]).toBeLessThan(3_200)
  })

  test('0 is at once, and counts as an attempt', async () => {
    await using g = await given()
    g.origin.script('/f', retryLater('0'))
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 429, text: 'later\n' })
    expect(g.origin.hits('/f')).toBe(6)
  })

  test('for ever: six attempts, then the answer itself', async () => {
    await using g = await given()
    g.origin.script('/f', retryLater('2'))
    expect(await turnUntil(g.clock, seen(g.fetch(g.origin.url('/f'))))).toMatchObject({ status: 429 })
    expect(g.origin.hits('/f')).toBe(6)
    expect(Math.min(...gaps(g))).toBeGreaterThanOrEqual(2_000)
  })
})

test.each([...TOO_LONG, 'Fri, 31 Dec 9999 23:59:59 GMT'])(
  'Retry-After: %s is longer than we wait: over at once',
  async (field) => {
    await using g = await given()
    g.origin.script('/f', ok('v1'), retryLater(field))
    g.origin.script('/g', retryLater(field))
    await g.fetch(g.origin.url('/f'))
    expect(await seen(g.fetch(g.origin.url('/f')))).toEqual({ status: 200, text: 'v1', outcome: 'fallback' })
    expect(g.origin.hits('/f')).toBe(2)
    expect(g.clock.monotonic()).toBe(0)
  },
)

test('with nothing stored, an answer that asks for too long a wait is the answer', async () => {
  await using g = await given()
  g.origin.script('/f', retryLater('86400'))
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 429 })
  expect(g.origin.hits('/f')).toBe(1)
})

test.each([
  ['5m', '300', 2],
  ['1m', '300', 1],
  ['10m', '301', 2],
])('maxRetryAfter %s against Retry-After %s', async (maxRetryAfter, field, hits) => {
  await using g = await given({ retry: { maxRetryAfter } })
  g.origin.script('/f', retryLater(field), ok('fine'))
  await turnUntil(g.clock, g.fetch(g.origin.url('/f')), { step: 1_000 })
  expect(g.origin.hits('/f')).toBe(hits)
})

test('the whole host waits, another host goes on', async () => {
  await using g = await given()
  await using other = await startOrigin()
  g.origin.script('/f', retryLater('5'), ok('f'))
  g.origin.script('/g', ok('g'))
  other.script('/h', ok('h'))
  const f = seen(g.fetch(g.origin.url('/f')))
  await rounds()
  const sameHost = seen(g.fetch(g.origin.url('/g')))
  expect(await seen(g.fetch(other.url('/h')))).toMatchObject({ text: 'h' })
  await turnFor(g.clock, 4_900)
  expect(await isSettled(sameHost)).toBe(false)
  expect(g.origin.hits()).toBe(1)
  await turnFor(g.clock, 200)
  expect([await f, await sameHost]).toMatchObject([{ text: 'f' }, { text: 'g' }])
  expect(g.told('host')[0]).toMatchObject({ host: g.origin.host, state: 'waiting', until: expect.any(Date) })
})

test('the wait costs none of the deadline', async () => {
  await using g = await given({ timeouts: { deadline: '20s' } })
  const late = gate(ok('fine'))
  g.origin.script('/f', retryLater('15'), retryLater('15'), late)
  const call = seen(g.fetch(g.origin.url('/f')))
  await turnUntil(g.clock, late.arrived)
  // Of the 20 s there are nearly all left.
  await turnFor(g.clock, 15_000)
  late.release()
  expect(await call).toMatchObject({ text: 'fine' })
  expect(g.clock.monotonic()).toBeGreaterThanOrEqual(30_000)
})

test('a host that is to be left alone for longer than we wait: its other URLs are told at once, and not asked', async () => {
  await using g = await given()
  g.origin.script('/known', ok('v1'))
  g.origin.script('/f', retryLater('3600'))
  await g.fetch(g.origin.url('/known'))
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 429 })
  expect(await seen(g.fetch(g.origin.url('/known')))).toMatchObject({ text: 'v1', outcome: 'fallback' })
  expect(await seen(g.fetch(g.origin.url('/unknown')))).toEqual({ rejected: 'RETRY_AFTER' })
  expect([g.origin.hits(), g.clock.monotonic()]).toEqual([2, 0])
  await g.clock.advance(3_600_000)
  expect(await seen(g.fetch(g.origin.url('/known')))).toMatchObject({ text: 'v1', outcome: 'revalidated' })
})

test('a hundred URLs that fail once cost two requests each', async () => {
  await using g = await given()
  for (let n = 0; n < 100; n += 1) g.origin.script(`/${n}`, status(503), ok(`${n}`))
  const texts = Array.from({ length: 100 }, async (_, n) => (await g.fetch(g.origin.url(`/${n}`))).text())
  expect(await turnUntil(g.clock, Promise.all(texts))).toEqual(Array.from({ length: 100 }, (_, n) => `${n}`))
  expect(g.origin.hits()).toBe(200)
})
