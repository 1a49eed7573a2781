import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type CallOptions, HoldfastError } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { cut, ok, status } from '../../helpers/origin/index.ts'
import { die, given, inspected, rejection, seen } from './given.ts'

const HOUR = 3_600_000

test('an origin that is down: the last good version, with the error and every attempt', async () => {
  await using g = await given()
  g.origin.script('/f', ok('v1'))
  await g.fetch(g.origin.url('/f'))
  await die(g.origin)
  const response = await g.fetch(g.origin.url('/f'))
  expect([response.status, await response.text()]).toEqual([200, 'v1'])
  const { error, attempts, tier, version } = inspected(response, 'fallback')
  expect(error).toBeInstanceOf(HoldfastError)
  expect(error).toBeInstanceOf(TypeError)
  expect(error).toMatchObject({ code: 'CONNECT', url: g.origin.url('/f'), method: 'GET' })
  expect(attempts.map(({ error: failure }) => failure?.code)).toEqual(Array<string>(6).fill('CONNECT'))
  expect((error as HoldfastError).attempts).toEqual(attempts)
  expect([tier, version.status, version.size]).toEqual(['memory', 200, 2])
  expect(g.told('fallback')).toMatchObject([{ url: g.origin.url('/f'), host: g.origin.host, version: { id: version.id } }])
})

test('staleFor counts from the end of freshness', async () => {
  await using g = await given({ ttl: '10s' })
  g.origin.script('/f', ok('v1'))
  await g.fetch(g.origin.url('/f'))
  await die(g.origin)
  await g.clock.advance(25_000)
  const { staleFor } = inspected(await g.fetch(g.origin.url('/f')), 'fallback')
  expect(staleFor).toBe(15_000)
  expect(g.told('fallback')[0]?.staleFor).toBe(15_000)
})

test('with no version stored, the error of its own: a TypeError with six attempts inside', async () => {
  await using g = await given()
  await die(g.origin)
  const error = await rejection(g.fetch(g.origin.url('/f')))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.code).toBe('CONNECT')
  expect(error.attempts).toHaveLength(6)
  expect(error.cause).toBeDefined()
})

test('fallback: false is strict: the failure rejects, the status answers', async () => {
  await using g = await given()
  g.origin.script('/f', ok('v1'), status(503, {}, 'busy'))
  await g.fetch(g.origin.url('/f'))
  const strict = { holdfast: { fallback: false, retry: false as const } }
  expect(await seen(g.fetch(g.origin.url('/f'), strict))).toEqual({ status: 503, text: 'busy', outcome: 'miss' })
  await die(g.origin)
  expect((await rejection(g.fetch(g.origin.url('/f'), strict))).code).toBe('CONNECT')
  expect(g.told('fallback')).toEqual([])
  expect(await seen(g.fetch(g.origin.url('/f')))).toEqual({ status: 200, text: 'v1', outcome: 'fallback' })
})

const v1 = { status: 200, text: 'v1', outcome: 'fallback' }
const gone = (code: number) => ({ status: code, text: 'no' })
test.each<[string, CallOptions['fallback'], number, object]>([
  ['404 is an answer', true, 404, gone(404)],
  ['410 is an answer', true, 410, gone(410)],
  ['403 is an answer', true, 403, gone(403)],
  ['404 named', { on: [404] }, 404, v1],
  ['4xx named', { on: ['4xx'] }, 403, v1],
  ['500 by default', true, 500, v1],
  ['501 by default', true, 501, v1],
  ['429 by default', true, 429, v1],
  ['lists replace: 5xx no longer', { on: ['network'] }, 503, gone(503)],
  ['one 5xx named, another comes', { on: [502] }, 503, gone(503)],
  ['lists replace: 429 no longer', { on: ['5xx'] }, 429, gone(429)],
])('what falls back: %s', async (_, fallback, code, expected) => {
  await using g = await given({ retry: false })
  g.origin.script('/f', ok('v1'), status(code, {}, 'no'))
  await g.fetch(g.origin.url('/f'))
  expect(await seen(g.fetch(g.origin.url('/f'), { holdfast: { fallback: fallback as true } }))).toMatchObject(expected)
})

test('a network failure that `on` does not name rejects', async () => {
  await using g = await given({ retry: false, fallback: { on: ['5xx', 'timeout'] } })
  g.origin.script('/f', ok('v1'))
  await g.fetch(g.origin.url('/f'))
  await die(g.origin)
  expect((await rejection(g.fetch(g.origin.url('/f')))).code).toBe('CONNECT')
})

test('a 404 is told, and does not take the place of the last good version when the origin then dies', async () => {
  await using g = await given({ retry: false })
  g.origin.script('/f', ok('v1'), status(404, {}, 'no'))
  await g.fetch(g.origin.url('/f'))
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 404 })
  await die(g.origin)
  expect(await seen(g.fetch(g.origin.url('/f')))).toEqual(v1)
})

test.each<[string, CallOptions['fallback'], object]>([
  ['maxStale above', { maxStale: '3h' }, v1],
  ['maxStale below', { maxStale: '1h' }, { rejected: 'CONNECT' }],
  ['a bare duration above', '3h', v1],
  ['a bare duration below', '1h', { rejected: 'CONNECT' }],
  ['unlimited by default', true, v1],
])('a version of two hours: %s', async (_, fallback, expected) => {
  await using g = await given({ retry: false, fallback: fallback as true })
  g.origin.script('/f', ok('v1'))
  await g.fetch(g.origin.url('/f'))
  await die(g.origin)
  await g.clock.advance(2 * HOUR)
  expect(await seen(g.fetch(g.origin.url('/f')))).toEqual(expected)
})

test.each(['must-revalidate, max-age=0', 'no-cache', 'proxy-revalidate, max-age=0'])(
  'resilient falls back against %s, standard obeys it where it is for a private cache',
  async (cacheControl) => {
    await using g = await given({ retry: false, ttl: 'http', fallback: { cooldown: 0 } })
    g.origin.script('/f', ok('v1', { headers: { 'Cache-Control': cacheControl } }))
    await g.fetch(g.origin.url('/f'))
    await g.clock.advance(1_000)
    await die(g.origin)
    expect(await seen(g.fetch(g.origin.url('/f')))).toEqual(v1)
    const strict = g.fetch.extend({ respect: 'standard' })
    const forPrivate = cacheControl.startsWith('proxy')
    expect(await seen(strict(g.origin.url('/f')))).toEqual(forPrivate ? v1 : { rejected: 'CONNECT' })
  },
)

test('small JSON and a large binary fall back to the same bytes from memory and SQLite', async () => {
  const big = pseudoRandom(20 * 1024 * 1024)
  for (const store of [memory({ maxEntryBytes: '32MB' }), sqlite(':memory:')]) {
    await using g = await given({ tiers: [store], retry: false })
    g.origin.script('/big', ok(big), cut(pseudoRandom(big.length, 'v2'), '90%'))
    g.origin.script('/json', ok('{"rates":[1,2,3,4]}'), status(500))
    expect(sha256(await (await g.fetch(g.origin.url('/big'))).bytes())).toBe(sha256(big))
    await (await g.fetch(g.origin.url('/json'))).json()
    const again = await g.fetch(g.origin.url('/big'))
    expect(inspected(again, 'fallback').error).toMatchObject({ code: 'TRUNCATED' })
    expect(sha256(await again.bytes())).toBe(sha256(big))
    expect(await seen(g.fetch(g.origin.url('/json')))).toMatchObject({ text: '{"rates":[1,2,3,4]}', outcome: 'fallback' })
  }
})
