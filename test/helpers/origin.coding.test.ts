import { brotliDecompressSync, createGunzip, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { pseudoRandom, sha256 } from './digest.ts'
import { bomb, type CodedOptions, codingLie, digestField, flip, gz, ok, type Step, startOrigin } from './origin/index.ts'
import { fieldOf, type RawAnswer, rawGet } from './raw-client.ts'

const BODY = Buffer.concat([pseudoRandom(5_000), Buffer.alloc(5_000, 'a')])

async function get(step: Step): Promise<RawAnswer> {
  await using origin = await startOrigin()
  origin.script('/f', step)
  return await rawGet(origin.port, '/f')
}

test.each([
  ['gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
] as const)('gz: %s is named, has the coded length and decodes to the body', async (coding, decode) => {
  const answer = await get(gz(BODY, { coding, etag: '"z"' }))
  expect([fieldOf(answer, 'content-encoding'), fieldOf(answer, 'etag')]).toEqual([coding, '"z"'])
  expect(Number(fieldOf(answer, 'content-length'))).toBe(answer.body.length)
  expect(decode(answer.body).equals(BODY)).toBe(true)
})

test('gz: a list of codings is applied from left to right', async () => {
  const answer = await get(gz(BODY, { coding: ['deflate', 'gzip'] }))
  expect(fieldOf(answer, 'content-encoding')).toBe('deflate, gzip')
  expect(inflateSync(gunzipSync(answer.body)).equals(BODY)).toBe(true)
})

test('gz: several members decode to the whole body', async () => {
  const answer = await get(gz(BODY, { multi: 3 }))
  expect(gunzipSync(answer.body).equals(BODY)).toBe(true)
  const magic = Buffer.from([0x1f, 0x8b, 0x08, 0])
  expect(answer.body.indexOf(magic, 1)).toBeGreaterThan(0)
})

test.each<[string, CodedOptions, RegExp]>([
  ['truncate from the end', { truncate: -1 }, /unexpected end of file/],
  ['truncate to a share', { truncate: '50%' }, /unexpected end of file/],
  ['corruptCrc', { corruptCrc: true }, /incorrect data check/],
  ['wrongSize', { wrongSize: true }, /incorrect length check/],
  ['flip', { flip: 100 }, /incorrect|invalid/],
])('gz, %s: a strict decoder refuses it', async (_name, damage, message) => {
  const { body } = await get(gz(BODY, damage))
  expect(() => gunzipSync(body)).toThrow(message)
})

test('gz: deflate, br and zstd are cut and corrupted too', async () => {
  for (const [coding, decode] of [
    ['deflate', inflateSync],
    ['br', brotliDecompressSync],
    ['zstd', zstdDecompressSync],
  ] as const) {
    const { body } = await get(gz(BODY, { coding, truncate: '50%' }))
    expect(() => decode(body), coding).toThrow()
  }
  const { body } = await get(gz(BODY, { coding: 'deflate', corruptCrc: true }))
  expect(() => inflateSync(body)).toThrow('incorrect data check')
})

test('gz: rubbish behind the end, and a false label', async () => {
  const trailed = await get(gz(BODY, { trail: 16 }))
  expect(trailed.body.subarray(-16).toString()).toBe('*'.repeat(16))
  expect(gunzipSync(trailed.body.subarray(0, -16)).equals(BODY)).toBe(true)
  const lie = await get(codingLie('plain'))
  expect([fieldOf(lie, 'content-encoding'), lie.body.toString()]).toEqual(['gzip', 'plain'])
  expect(fieldOf(await get(gz('x', { label: 'br' })), 'content-encoding')).toBe('br')
})

test('gz: framed by chunks or by the close', async () => {
  const chunks = await get(gz('x', { chunked: true, truncate: 5 }))
  expect([fieldOf(chunks, 'transfer-encoding'), chunks.body.subarray(0, 3).toString()]).toEqual(['chunked', '5\r\n'])
  const closed = await get(gz(BODY, { framing: 'close' }))
  expect([fieldOf(closed, 'content-length'), gunzipSync(closed.body).equals(BODY)]).toEqual([undefined, true])
})

test('bomb: valid gzip, a thousandth of what it decodes to', async () => {
  const { body } = await get(bomb(100_000_000))
  let decoded = 0
  for await (const piece of createGunzip().end(body)) decoded += piece.length
  expect(decoded).toBeGreaterThanOrEqual(100_000_000)
  expect(body.length).toBeLessThan(decoded / 900)
})

test('flip: one wrong bit under the digest of the right bytes', async () => {
  const answer = await get(flip(BODY, 1_000, { digest: 'Repr-Digest' }))
  const right = Buffer.from(answer.body)
  right[1_000] = (right[1_000] ?? 0) ^ 1
  expect(answer.body.equals(BODY)).toBe(false)
  expect(right.equals(BODY)).toBe(true)
  expect(fieldOf(answer, 'repr-digest')).toBe(`sha-256=:${Buffer.from(sha256(BODY), 'hex').toString('base64')}:`)
})

test('digestField: the notations of the four fields', async () => {
  expect(digestField('', 'Content-MD5')).toEqual({ 'Content-MD5': '1B2M2Y8AsgTpgAmY7PhCfg==' })
  expect(digestField('', 'Digest')).toEqual({ Digest: 'SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' })
  const answer = await get(ok('x', { headers: digestField('x', 'Content-Digest') }))
  expect(fieldOf(answer, 'content-digest')).toMatch(/^sha-256=:.{44}:$/)
})
