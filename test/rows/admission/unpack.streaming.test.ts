import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { pseudoRandom } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { given, rejection } from '../download/given.ts'

// A content that is handed out while its archive arrives breaks as any other stream of this fetch.
const text = Buffer.from(pseudoRandom(1_500_000).toString('hex'))
const bomb = brotliCompressSync(Buffer.alloc(128 * 1024 * 1024), { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } })

test.each([
  ['cut', 'gzip', gzipSync(text).subarray(0, 1_000_000), 'BAD_ENCODING'],
  ['no archive', 'gzip', text, 'BAD_ENCODING'],
  ['a bomb', 'br', bomb, 'TOO_LARGE'],
] as const)('%s: the stream breaks with a HoldfastError, and nothing is left behind', async (_, unpack, packed, code) => {
  await using g = await given({ tiers: [sqlite(':memory:')], retry: false })
  g.origin.script('/f', ok(packed))
  const response = await g.fetch(g.origin.url('/f'), { holdfast: { unpack, delivery: 'streaming' } })
  const error = await rejection(response.bytes())
  expect(error.code).toBe(code)
  await g.fetch.idle()
})
