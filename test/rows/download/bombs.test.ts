import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bomb, byRequest, ok, type Step } from '../../helpers/origin/index.ts'
import { exploded } from './exploded.ts'
import { given, seen } from './given.ts'
import { ended, lives, living, promised, storeOld } from './stored.ts'

// A12, G10: few bytes that become many. Each in a process of its own, whose memory is measured.
const MIB = 1024 * 1024
const zeros = Buffer.alloc(256 * MIB)
const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }
const coded = (bytes: Buffer, coding: string, status = 200): Step =>
  ok(bytes, { status, headers: { 'Content-Encoding': coding } })

const bombs: [string, Step][] = [
  ['gzip, 10 GB', bomb(10 ** 10)],
  ['br', coded(brotliCompressSync(zeros, fast), 'br')],
  ['deflate', coded(deflateSync(zeros, { level: 1 }), 'deflate')],
  ['zstd', coded(zstdCompressSync(zeros), 'zstd')],
  ['gzip in gzip', coded(gzipSync(gzipSync(zeros, { level: 1 })), 'gzip, gzip')],
  ['gzip in an error page', coded(gzipSync(zeros, { level: 1 }), 'gzip', 500)],
]
test.each(bombs)('%s: TOO_LARGE, under 64 MB, in little time', async (name, step) => {
  const { code, ms, grownMiB } = await exploded(name, step)
  expect(code).toBe('TOO_LARGE')
  expect(grownMiB).toBeLessThan(64)
  expect(ms).toBeLessThan(10_000)
})

test.each(lives.filter(({ name }) => name.endsWith('memory')))(
  '$name: a bomb is never asked for again as it is, and never stored',
  async (life) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', bomb(256 * MIB))
    const { is, error } = await ended(g.fetch(g.origin.url('/f')))
    expect([is, error?.code]).toEqual([promised(life), 'TOO_LARGE'])
    expect(g.origin.hits('/f')).toBeLessThanOrEqual(2)
    for (const { version } of g.told('stored')) expect(version.size).toBeLessThan(MIB)
  },
)

test('what is plain when it is asked for without a coding is right', async () => {
  await using g = await given()
  const plain = 'plain '.repeat(100)
  g.origin.script(
    '/f',
    byRequest(({ headers }) => (headers['accept-encoding'] === 'identity' ? ok(plain) : bomb(256 * MIB))),
  )
  const { text, rejected } = await seen(g.fetch(g.origin.url('/f')))
  expect(text === plain || rejected === 'TOO_LARGE').toBe(true)
})

test('a file that shrinks well is no bomb: 8 MB of zeros', async () => {
  await using g = await given({ retry: false })
  g.origin.script('/f', coded(gzipSync(zeros.subarray(0, 8 * MIB)), 'gzip'))
  expect((await (await g.fetch(g.origin.url('/f'))).bytes()).length).toBe(8 * MIB)
})
