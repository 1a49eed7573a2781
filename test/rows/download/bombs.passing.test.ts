import { brotliCompressSync, constants } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Init } from '../../../src/index.ts'
import { bomb, ok, type Step } from '../../helpers/origin/index.ts'
import { exploded } from './exploded.ts'

// A12 on the roads where bytes are handed out before all of them are here.
const zeros = Buffer.alloc(256 * 1024 * 1024)
const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }
const streaming: Init = { holdfast: { delivery: 'streaming' } }

test.each<[string, Step, Init]>([
  ['gzip, 10 GB, streaming', bomb(10 ** 10), streaming],
  ['br, streaming', ok(brotliCompressSync(zeros, fast), { headers: { 'Content-Encoding': 'br' } }), streaming],
  ['gzip in the answer to a POST', bomb(2 ** 30), { method: 'POST', body: 'x' }],
  ['gzip of a call that stores nothing', bomb(2 ** 30), { cache: 'no-store' }],
  ['gzip of a call for a part', bomb(2 ** 30), { headers: { Range: 'bytes=0-' } }],
])('%s: the stream breaks with TOO_LARGE', async (name, step, init) => {
  const { code, grownMiB } = await exploded(name, step, init)
  expect(code).toBe('TOO_LARGE')
  expect(grownMiB).toBeLessThan(64)
})
