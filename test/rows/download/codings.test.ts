import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  badLength,
  type ChunkFault,
  type CodedOptions,
  chunked,
  codingLie,
  early,
  flip,
  gz,
  lyingKeepAlive,
  ok,
  poison,
  type Step,
  shortLength,
  surplus,
} from '../../helpers/origin/index.ts'
import { type Given, given, inspected, rejection, seen } from './given.ts'

const TEXT = Array.from({ length: 1_500 }, (_, n) => `line ${n} ${(n * 7919) % 1013}\n`).join('')

/** Once, then well: the text of the answer. For ever: the code of the error. Never a short text. */
async function healsOrTells(g: Given, step: Step): Promise<string> {
  g.origin.script('/heals', step, ok(TEXT))
  g.origin.script('/never', step)
  const { text, rejected } = await seen(g.fetch(g.origin.url('/heals')))
  const { code } = await rejection(g.fetch(g.origin.url('/never')))
  const healed = text === TEXT ? 'healed' : `${rejected ?? `${text?.length} characters of ${TEXT.length}`}`
  return `${healed} in ${g.origin.hits('/heals')}, else ${code}`
}

const damages: [string, CodedOptions][] = [
  ...(['gzip', 'deflate', 'br', 'zstd'] as const).flatMap((coding) =>
    (['1%', '50%', -8, -1] as const).flatMap((truncate): [string, CodedOptions][] => [
      [`${coding}, only ${truncate}, length as sent`, { coding, truncate }],
      [`${coding}, only ${truncate}, until the end of the connection`, { coding, truncate, framing: 'close' }],
    ]),
  ),
  ['gzip, half of it in whole chunks', { truncate: '50%', framing: 'chunked' }],
  ['gzip with a wrong checksum', { corruptCrc: true }],
  ['deflate with a wrong checksum', { coding: 'deflate', corruptCrc: true }],
  ['gzip with a wrong length', { wrongSize: true }],
  ['gzip with a wrong bit', { flip: 3_000 }],
  ['gzip with rubbish behind', { trail: 16 }],
  ['two codings, the outer one short', { coding: ['gzip', 'br'], truncate: -4 }],
]
test.each(damages)('%s: right in the end, or BAD_ENCODING', async (_, damage) => {
  await using g = await given()
  expect(await healsOrTells(g, gz(TEXT, damage))).toBe('healed in 2, else BAD_ENCODING')
  expect(g.origin.requests('/heals')[1]?.headers['accept-encoding']).toBe('identity')
})

test('a plain body that says it is gzip: BAD_ENCODING', async () => {
  await using g = await given()
  expect(await healsOrTells(g, codingLie(TEXT))).toBe('healed in 2, else BAD_ENCODING')
})

const whole: [string, CodedOptions][] = [
  ['gzip', {}],
  ['gzip in three members', { multi: 3 }],
  ['deflate in chunks', { coding: 'deflate', framing: 'chunked' }],
  ['br', { coding: 'br' }],
  ['zstd', { coding: 'zstd' }],
  ['gzip, then br', { coding: ['gzip', 'br'] }],
  ['x-gzip', { label: 'x-gzip' }],
  ['in capitals', { label: 'GZIP' }],
]
test.each(whole)('%s is decoded, proven, and keeps no trace of the coding', async (_, options) => {
  await using g = await given({ ttl: '1h' })
  g.origin.script('/f', gz(TEXT, options))
  for (const outcome of ['miss', 'hit'] as const) {
    const response = await g.fetch(g.origin.url('/f'))
    expect((await response.text()) === TEXT).toBe(true)
    expect(response.headers.get('content-encoding')).toBeNull()
    expect([null, String(TEXT.length)]).toContain(response.headers.get('content-length'))
    expect(inspected(response, outcome).version).toMatchObject({ size: TEXT.length, proven: true })
  }
})

test('a coding that reached its own end proves a body that ended by closing', async () => {
  await using g = await given()
  g.origin.script('/f', gz(TEXT, { framing: 'close' }))
  const response = await g.fetch(g.origin.url('/f'))
  expect((await response.text()) === TEXT).toBe(true)
})

test('a coding that nobody knows is left as it is, under its name, as fetch leaves it', async () => {
  await using g = await given()
  g.origin.script('/f', ok('as it is', { headers: { 'Content-Encoding': 'x-unknown' } }))
  const fetched = await g.fetch(g.origin.url('/f'))
  const stored = await g.fetch(g.origin.url('/f'))
  for (const response of [fetched, stored]) {
    expect([response.headers.get('content-encoding'), await response.text()]).toEqual(['x-unknown', 'as it is'])
  }
})

const faults: ChunkFault[] = ['unterminated', 'size', 'negative', 'huge', 'more', 'no-crlf']
test.each(faults)('chunks with the fault %s: right in the end, or told', async (bad) => {
  await using g = await given()
  expect(await healsOrTells(g, chunked(TEXT, { bad }))).toMatch(/^healed in 2, else (TRUNCATED|PROTOCOL)$/)
})

test.each([
  ['a number that no machine holds', ['99999999999999999999']],
  ['a negative one', ['-5']],
  ['two that differ', [String(TEXT.length), '3']],
])('Content-Length is %s: right in the end, or told', async (_, lines) => {
  await using g = await given()
  expect(await healsOrTells(g, badLength(TEXT, lines))).toMatch(/^healed in 2, else (TRUNCATED|PROTOCOL)$/)
})

test('Content-Length beside chunks is refused', async () => {
  await using g = await given()
  g.origin.script('/f', chunked(TEXT, { alsoLength: true }), ok(TEXT))
  expect((await seen(g.fetch(g.origin.url('/f')))).text === TEXT).toBe(true)
})

describe('a connection with more on it than was asked for', () => {
  test.each<[string, Step]>([
    ['surplus bytes', surplus('first', 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned')],
    ['an answer that nobody asked for', poison('first')],
    ['a Content-Length too small', shortLength('firstHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned', 5)],
  ])('%s: the next URL has its own answer', async (_, step) => {
    await using g = await given()
    g.origin.script('/a', step)
    g.origin.script('/b', ok('second'))
    for (let n = 0; n < 5; n += 1) {
      await seen(g.fetch(g.origin.url('/a')))
      expect(await seen(g.fetch(g.origin.url('/b')))).toMatchObject({ status: 200, text: 'second' })
    }
  })

  test('a body longer than its Content-Length says is told or asked for again, never taken short as the whole', async () => {
    await using g = await given()
    g.origin.script('/f', shortLength(TEXT, TEXT.length - 10), ok(TEXT))
    const { text, rejected } = await seen(g.fetch(g.origin.url('/f')))
    expect(text === TEXT || rejected !== undefined).toBe(true)
  })
})

test('a server that closes what it said it would keep costs at most one more request each', async () => {
  await using g = await given()
  g.origin.script('/f', lyingKeepAlive('fine'))
  for (let n = 0; n < 50; n += 1) expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'fine' })
  expect(g.origin.hits()).toBeLessThanOrEqual(100)
})

test('informational answers before the real one are passed over', async () => {
  await using g = await given()
  g.origin.script('/f', early(200, ok('fine')))
  expect(await seen(g.fetch(g.origin.url('/f')))).toEqual({ status: 200, text: 'fine', outcome: 'miss' })
})

test('one wrong bit under a digest that the caller knows: asked again; for ever, DIGEST', async () => {
  const integrity = `sha512-${createHash('sha512').update(TEXT).digest('base64')}`
  await using g = await given()
  g.origin.script('/heals', flip(TEXT, 1_000), ok(TEXT))
  g.origin.script('/never', flip(TEXT, 1_000))
  expect((await (await g.fetch(g.origin.url('/heals'), { integrity })).text()) === TEXT).toBe(true)
  expect((await rejection(g.fetch(g.origin.url('/never'), { integrity }))).code).toBe('DIGEST')
  expect(await seen(g.fetch(g.origin.url('/never'), { cache: 'only-if-cached', mode: 'same-origin' }))).toEqual({
    rejected: 'NOT_CACHED',
  })
})
