import { expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { cut, hang, ok, type Step } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { given, rejection } from './given.ts'

// An attempt that brings 64 KiB costs none of the attempts; what came again to be compared was brought too.
const body = pseudoRandom(400_000)
const strong = { etag: '"1"', ranges: true }
const enough = cut(body, 65_536, strong)
const tooLittle = cut(body, 65_535, strong)
const rest = ok(body, strong)

test.each<[string, Step[]]>([
  ['two that are worth it and one that is not', [enough, enough, tooLittle]],
  ['three that are worth it', [enough, enough, enough]],
])('of two attempts %s leave one for the rest', async (_, broken) => {
  await using g = await given({ retry: { attempts: 2 } })
  g.origin.script('/f', ...(broken as [Step]), rest)
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  expect(g.origin.hits('/f')).toBe(4)
})

test('a byte less each time, what came again counted in, and both are used up', async () => {
  await using g = await given({ retry: { attempts: 2 } })
  g.origin.script('/f', tooLittle, tooLittle, rest)
  const error = await rejection(g.fetch(g.origin.url('/f')))
  expect([error.code, error.attempts.map(({ bytes }) => bytes), g.origin.hits('/f')]).toEqual([
    'TRUNCATED',
    [65_535, 65_535 - 1_024],
    2,
  ])
})

test.each<[attempts: number, Step[]]>([
  [2, [tooLittle, enough, enough]],
  [2, [enough, tooLittle, enough]],
  [1, [enough]],
  [1, [enough, enough, enough]],
])('of %i attempts none is spent by what was worth it, also where none is left', async (attempts, broken) => {
  await using g = await given({ retry: { attempts } })
  g.origin.script('/f', ...(broken as [Step]), rest)
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  expect(g.origin.hits('/f')).toBe(broken.length + 1)
})

test('the one that is left is spent by a byte less', async () => {
  await using g = await given({ retry: 1 })
  g.origin.script('/f', enough, tooLittle, rest)
  expect((await rejection(g.fetch(g.origin.url('/f')))).attempts).toHaveLength(2)
  expect(g.origin.hits('/f')).toBe(2)
})

test('retry: false is one request, whatever it brought; a call may say otherwise', async () => {
  await using g = await given({ retry: false })
  g.origin.script('/f', enough, enough, rest)
  expect([(await rejection(g.fetch(g.origin.url('/f')))).code, g.origin.hits('/f')]).toEqual(['TRUNCATED', 1])
  const response = await g.fetch(g.origin.url('/f'), { holdfast: { retry: { attempts: 1 } } })
  expect([sha256(await response.bytes()), g.origin.hits('/f')]).toEqual([sha256(body), 3])
})

test('the deadline holds however much each attempt brings', async () => {
  await using g = await given({ retry: { attempts: 1 }, timeouts: { deadline: '5s', headers: '1m' } })
  g.origin.script('/f', enough, enough, hang())
  const error = await turnUntil(g.clock, rejection(g.fetch(g.origin.url('/f'))))
  expect([error.code, error.attempts.length]).toEqual(['TIMEOUT', 3])
})

test.each<[string, () => RequestInit]>([
  ['passes through', () => ({ method: 'POST', body: 'once' })],
  ['comes as a stream', () => ({ method: 'PUT', body: new Blob(['once']).stream(), duplex: 'half' })],
])('what %s is sent once, however much of the answer came', async (_, init) => {
  await using g = await given({ retry: { attempts: 3 } })
  g.origin.script('/f', enough, rest)
  const read = g.fetch(g.origin.url('/f'), init()).then((response) => response.bytes())
  expect((await rejection(read)).code).toBe('TRUNCATED')
  expect(g.origin.hits('/f')).toBe(1)
})
