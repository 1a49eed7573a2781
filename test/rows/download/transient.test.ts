import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { chunked, cut, flip, gatedBody, gz, ok, type Step, stall, status } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { given, inspected, rejection, seen } from './given.ts'

// What may not be stored, or is too large to be, still has every check, and its right bytes.
const MIB = 1024 * 1024
const small = pseudoRandom(MIB)
const large = pseudoRandom(12 * MIB)
const etag = '"1"'

test('no-store, cut in the middle: resumed, right, and gone', async () => {
  const body = small
  const options = { etag, ranges: true, headers: { 'Cache-Control': 'no-store' } }
  await using g = await given({ ttl: 'http' })
  g.origin.script('/f', cut(body, '50%', options), ok(body, options))
  const response = await g.fetch(g.origin.url('/f'))
  expect(inspected(response, 'bypass').reason).toBe('no-store')
  expect(sha256(await response.bytes())).toBe(sha256(body))
  expect(g.origin.requests('/f')[1]?.headers.range).toBe(`bytes=${body.length / 2 - 1024}-`)
  expect(await g.fetch.cache.has(g.origin.url('/f'))).toBe(false)
})

test.each([
  ['1 MB', small],
  ['12 MB', large],
])('too large for the tier, %s, cut in the middle: resumed, right, told', async (_, body) => {
  const options = { etag, ranges: true }
  await using g = await given({ tiers: [memory({ maxEntryBytes: '512KB' })] })
  g.origin.script('/f', cut(body, '50%', options), ok(body, options))
  const response = await g.fetch(g.origin.url('/f'))
  expect(inspected(response, 'bypass').reason).toBe('too-large')
  expect(sha256(await response.bytes())).toBe(sha256(body))
  expect(response.headers.get('cache-status')).toMatch(/; stored=\?0; .*detail=/)
  expect(g.told('store-skipped')).toMatchObject([{ reason: 'too-large' }])
})

test('a new version that is too large: the caller has it, and the stored one stays for the day it is needed', async () => {
  await using g = await given({ maxEntryBytes: '512KB', retry: false })
  g.origin.script('/f', ok('v1'), ok(small), status(503))
  await g.fetch(g.origin.url('/f'))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(small))
  expect(await seen(g.fetch(g.origin.url('/f')))).toEqual({ status: 200, text: 'v1', outcome: 'fallback' })
})

test.each<[string, Step]>([
  ['no-store', cut(large, '60%', { headers: { 'Cache-Control': 'no-store' } })],
  ['too large', cut(large, '60%')],
])('%s, broken for ever: an error, or a stream that breaks, never a short body', async (_, step) => {
  await using g = await given({ ttl: 'http', tiers: [memory({ maxEntryBytes: '512KB' })], retry: 2 })
  g.origin.script('/f', step)
  const error = await rejection(g.fetch(g.origin.url('/f')).then((response) => response.bytes()))
  expect(error.code).toBe('TRUNCATED')
})

describe('two callers of what may not be stored', () => {
  test('that came together have the same answer; each reads it for itself', async () => {
    await using g = await given({ ttl: 'http' })
    const late = gatedBody(small, 1_000, { headers: { 'Cache-Control': 'no-store' } })
    g.origin.script('/f', late)
    const calls = [1, 2, 3].map(() => g.fetch(g.origin.url('/f')))
    await late.arrived
    late.release()
    const digests = await Promise.all(calls.map(async (call) => sha256(await (await call).bytes())))
    expect(digests).toEqual([sha256(small), sha256(small), sha256(small)])
  })

  test('that came one after the other both ask', async () => {
    await using g = await given({ ttl: 'http' })
    g.origin.script('/f', ok('once', { headers: { 'Cache-Control': 'no-store' } }), ok('twice'))
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'once' })
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'twice' })
  })
})

test('a wrong bit in what may not be stored is noticed by the digest that the caller knows', async () => {
  const integrity = `sha256-${Buffer.from(sha256(large), 'hex').toString('base64')}`
  await using g = await given({ ttl: 'http', retry: 2 })
  g.origin.script('/f', flip(large, 5 * MIB, { headers: { 'Cache-Control': 'no-store' } }))
  const error = await rejection(g.fetch(g.origin.url('/f'), { integrity }).then((response) => response.bytes()))
  expect(error.code).toBe('DIGEST')
})

describe('error pages', () => {
  test.each([500, 503, 404])('a long one under %i is whole', async (code) => {
    await using g = await given({ retry: false })
    g.origin.script('/f', status(code, {}, large))
    const response = await g.fetch(g.origin.url('/f'))
    expect([response.status, sha256(await response.bytes())]).toEqual([code, sha256(large)])
  })

  test.each<[string, Step]>([
    ['cut', cut('x'.repeat(1_000), 500, { status: 503 })],
    ['cut in a chunk', chunked('x'.repeat(1_000), { cutAt: 500, status: 503 })],
    ['in half a gzip', gz('x'.repeat(1_000), { truncate: '50%', status: 500 })],
  ])('one that is %s for ever never ends quietly short', async (_, step) => {
    await using g = await given({ retry: 2 })
    g.origin.script('/f', step)
    const error = await rejection(g.fetch(g.origin.url('/f')).then((response) => response.text()))
    expect(['TRUNCATED', 'BAD_ENCODING']).toContain(error.code)
  })

  test('one that falls silent is given up as any other body', async () => {
    await using g = await given({ retry: false, timeouts: { stall: '4s' } })
    g.origin.script('/f', stall('x'.repeat(1_000), 500, { status: 503 }))
    const answer = g.fetch(g.origin.url('/f')).then((response) => response.text())
    expect((await turnUntil(g.clock, rejection(answer), { limit: 4_500 })).code).toBe('STALLED')
  })

  test('an error page that breaks is tried again as any answer that may be', async () => {
    await using g = await given({ retry: 3 })
    g.origin.script('/f', cut('x'.repeat(1_000), 500, { status: 503 }), cut('x'.repeat(1_000), 500, { status: 500 }), ok('fine'))
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 200, text: 'fine' })
  })
})
