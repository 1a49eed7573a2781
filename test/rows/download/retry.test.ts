import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import type { Attempt, CallOptions } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { byRequest, cut, hang, hangUp, ok, reflect, shortLength, status } from '../../helpers/origin/index.ts'
import { isSettled, rounds, turnFor, turnUntil } from '../../helpers/turning.ts'
import { die, given, inspected, rejection, seen, timersAtRest } from './given.ts'

const fives = (count: number) => Array.from({ length: count }, () => status(503))

test('six attempts in all: five failures and a success, or six failures and no seventh', async () => {
  await using g = await given()
  g.origin.script('/heals', status(503), ...fives(4), ok('fine'))
  g.origin.script('/never', status(503, {}, 'busy'))
  const healed = await g.fetch(g.origin.url('/heals'))
  expect(await healed.text()).toBe('fine')
  expect(inspected(healed, 'miss').attempts.map((one) => one.status)).toEqual([503, 503, 503, 503, 503, 200])
  expect(g.origin.hits('/heals')).toBe(6)
  expect(await seen(g.fetch(g.origin.url('/never')))).toEqual({ status: 503, text: 'busy', outcome: 'miss' })
  expect(g.origin.hits('/never')).toBe(6)
})

test.each([408, 425, 429, 500, 502, 503, 504])('%i is retried', async (code) => {
  await using g = await given()
  g.origin.script('/f', status(code), ok('fine'))
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'fine' })
  expect(g.origin.hits('/f')).toBe(2)
})

test.each([400, 401, 403, 404, 405, 410, 418, 422, 451, 501, 505])('%i is not retried', async (code) => {
  await using g = await given()
  g.origin.script('/f', status(code, {}, 'no'))
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: code, text: 'no' })
  expect(g.origin.hits('/f')).toBe(1)
})

test.each<[CallOptions['retry'], number]>([
  [false, 1],
  [1, 1],
  [3, 3],
  [{ attempts: 2 }, 2],
  [{ statusCodes: [500] }, 1],
  [{ statusCodes: [503] }, 6],
  [{ shouldRetry: (failure: Attempt) => failure.status !== 503 }, 1],
])('retry: %j', async (retry, hits) => {
  await using g = await given()
  g.origin.script('/f', status(503))
  const init = retry === undefined ? {} : { holdfast: { retry } }
  expect((await g.fetch(g.origin.url('/f'), init)).status).toBe(503)
  expect(g.origin.hits('/f')).toBe(hits)
})

describe('the waits between', () => {
  const gaps = async (random: number, retry: CallOptions['retry'] & object): Promise<number[]> => {
    await using g = await given({ random: () => random, timeouts: { deadline: '1h' } })
    g.origin.script('/f', status(503))
    await turnUntil(g.clock, g.fetch(g.origin.url('/f'), { holdfast: { retry } }), { step: 10 })
    const at = g.origin.requests('/f').map((request) => request.at)
    return at.slice(1).map((time, n) => time - (at[n] ?? 0))
  }

  test('grow to the double each time, up to maxDelay', async () => {
    const found = await gaps(0.999999, { minDelay: '1s', maxDelay: '5s' })
    expect(found.map((ms) => Math.round(ms / 100) / 10)).toEqual([1, 2, 4, 5, 5])
  })

  test('are 500 ms at first where nothing is said', async () => {
    const found = await gaps(0.999999, {})
    expect(found.map((ms) => Math.round(ms / 100) / 10)).toEqual([0.5, 1, 2, 4, 8])
  })

  test('have full jitter: half the random number, half the wait', async () => {
    const found = await gaps(0.5, { minDelay: '1s', maxDelay: '5s' })
    expect(found.map((ms) => Math.round(ms / 100) / 10)).toEqual([0.5, 1, 2, 2.5, 2.5])
  })
})

test('an abort during the wait: its reason at once, no further request, no timer left', async () => {
  await using g = await given({ random: () => 0.9 })
  g.origin.script('/f', status(503))
  const controller = new AbortController()
  const call = g.fetch(g.origin.url('/f'), { signal: controller.signal }).catch((reason: unknown) => reason)
  await rounds()
  expect(g.origin.hits('/f')).toBe(1)
  controller.abort(new Error('enough'))
  expect(await call).toMatchObject({ message: 'enough' })
  await turnFor(g.clock, 60_000, 5_000)
  expect(g.origin.hits('/f')).toBe(1)
  expect(g.clock.pending).toBe(0)
})

test('a body shorter than announced: twice, then well; for ever, TRUNCATED', async () => {
  await using g = await given()
  g.origin.script('/heals', shortLength('12345', 6), shortLength('12345', 6), ok('123456'))
  g.origin.script('/never', shortLength('12345', 6))
  expect(await seen(g.fetch(g.origin.url('/heals')))).toMatchObject({ text: '123456', outcome: 'miss' })
  expect(g.origin.hits('/heals')).toBe(3)
  const error = await rejection(g.fetch(g.origin.url('/never')))
  expect(error.code).toBe('TRUNCATED')
  expect(error.attempts.map((one) => one.bytes)).toEqual([5, 5, 5, 5, 5, 5])
})

test('cut twice by a server without ranges: the whole once, and honest numbers', async () => {
  const body = pseudoRandom(30_000)
  await using g = await given()
  g.origin.script('/f', cut(body, 20_000), cut(body, 10_000), ok(body))
  const response = await g.fetch(g.origin.url('/f'))
  expect(sha256(await response.bytes())).toBe(sha256(body))
  const { attempts, version } = inspected(response, 'miss')
  expect(attempts.map((one) => [one.bytes, one.resumedFrom])).toEqual([
    [20_000, undefined],
    [10_000, undefined],
    [30_000, undefined],
  ])
  expect(version.size).toBe(30_000)
  expect(version.digest).toContain(sha256(body))
  expect(g.told('progress').at(-1)).toMatchObject({ bytes: 30_000, total: 30_000 })
})

test('attempts that bring 64 KiB cost none of the budget; those that bring less do', async () => {
  const body = pseudoRandom(1_000_000)
  const options = { etag: '"1"', ranges: true }
  await using g = await given()
  g.origin.script(
    '/grows',
    cut(body, 65_536, options),
    ...Array.from({ length: 9 }, () => cut(body, 65_536, options)),
    ok(body, options),
  )
  g.origin.script('/creeps', cut(body, 60_000, options))
  expect(sha256(await (await g.fetch(g.origin.url('/grows'))).bytes())).toBe(sha256(body))
  expect(g.origin.hits('/grows')).toBe(11)
  expect((await rejection(g.fetch(g.origin.url('/creeps')))).attempts).toHaveLength(6)
})

test('unsafe methods are sent once; a POST that is safe is sent again with its body', async () => {
  await using g = await given()
  for (const path of ['/POST', '/PUT', '/DELETE', '/PATCH']) g.origin.script(path, hangUp())
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    const error = await rejection(g.fetch(g.origin.url(`/${method}`), { method, body: 'x' }))
    expect([error.method, g.origin.hits(`/${method}`)]).toEqual([method, 1])
  }
  g.origin.script('/ask', hangUp(), status(503), reflect())
  const answer = await g.fetch(g.origin.url('/ask'), { method: 'POST', body: 'question', holdfast: { safe: true } })
  expect(await answer.json()).toMatchObject({ method: 'POST', body: 'question' })
  expect(g.origin.hits('/ask')).toBe(3)
})

test('no HEAD is ever sent for a GET', async () => {
  await using g = await given()
  g.origin.script(
    '/f',
    byRequest(({ method }) => (method === 'HEAD' ? status(405) : ok('v', { etag: '"1"', conditional: true }))),
  )
  await g.fetch(g.origin.url('/f'))
  await g.fetch(g.origin.url('/f'))
  expect(g.origin.requests().map(({ method, headers }) => [method, headers['if-none-match']])).toEqual([
    ['GET', undefined],
    ['GET', '"1"'],
  ])
})

test('a store that does not take it is no reason to ask again', async () => {
  const store = chaos(memory(), { faults: [{ do: 'throw', on: ['set', 'setMany'] }] })
  await using g = await given({ tiers: [{ ...store, live: undefined }] })
  g.origin.script('/f', ok('fine'))
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'fine' })
  expect(g.origin.hits('/f')).toBe(1)
  expect(g.told('tier-error').length).toBeGreaterThan(0)
})

test('the deadline ends the attempts, though more of them were allowed', async () => {
  await using g = await given({ timeouts: { headers: '10s', deadline: '25s' }, retry: { attempts: 100 } })
  g.origin.script('/f', hang())
  const timers = await timersAtRest(g)
  const call = rejection(g.fetch(g.origin.url('/f')))
  const error = await turnUntil(g.clock, call)
  expect(error.code).toBe('TIMEOUT')
  expect(g.clock.monotonic()).toBeGreaterThanOrEqual(25_000)
  expect(g.clock.monotonic()).toBeLessThan(25_300)
  expect(g.origin.hits('/f')).toBe(3)
  expect(await isSettled(g.fetch.idle())).toBe(true)
  expect(g.clock.pending).toBe(timers)
})

test('the numbers of an outage: each attempt an event, with its time and its number of bytes', async () => {
  await using g = await given({ retry: 2 })
  await die(g.origin)
  const error = await rejection(g.fetch(g.origin.url('/f')))
  expect(g.told('attempt').map(({ attempt }) => attempt)).toEqual([...error.attempts])
  expect(error.attempts[0]).toMatchObject({ url: g.origin.url('/f'), bytes: 0, error: { code: 'CONNECT' } })
  expect(error.attempts[0]?.at.getTime()).toBe(g.clock.now())
})
