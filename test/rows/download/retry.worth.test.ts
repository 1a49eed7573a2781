import { expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { cut, ok, type Step } from '../../helpers/origin/index.ts'
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
