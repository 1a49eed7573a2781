import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { cut, ok } from '../../helpers/origin/index.ts'
import { type Given, given, rejection } from './given.ts'

// Too large for the tier, and the disk takes nothing: memory does, up to a limit.
const MIB = 1024 * 1024
const body = pseudoRandom(5 * MIB + 17)
const strong = { etag: '"1"', ranges: true }

beforeEach(() => vi.stubEnv('TMPDIR', '/nowhere/at/all'))
afterEach(() => vi.unstubAllEnvs())

const crowded = (): Promise<Given> => given({ tiers: [memory({ maxEntryBytes: '512KB' })] })

test('a body that neither a tier nor the disk takes is held in memory, each byte in its place', async () => {
  await using g = await crowded()
  g.origin.script('/f', ok(body))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
})

test('and goes on there after a break', async () => {
  await using g = await crowded()
  g.origin.script('/f', cut(body, '70%', strong), ok(body, strong))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  expect(g.origin.requests('/f')[1]?.headers.range).toBe(`bytes=${Math.floor(body.length * 0.7) - 1024}-`)
})

test('one that is too large for that ends in an error, and is not asked for again', async () => {
  await using g = await crowded()
  g.origin.script('/f', ok(Buffer.alloc(66 * MIB)))
  const error = await rejection(g.fetch(g.origin.url('/f')))
  expect([error.code, g.origin.hits('/f')]).toEqual(['STORE', 1])
  expect(error.message).toContain('no tier and no disk took the body')
})
