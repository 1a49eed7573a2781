import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { cut, ok, status } from '../../helpers/origin/index.ts'
import { given } from './given.ts'

const body = pseudoRandom(200_000)
const strong = { etag: '"1"', ranges: true }

test('a part that says it ends behind the end of its own whole is no part: the whole is asked for', async () => {
  await using g = await given()
  const wrong = status(206, { ETag: '"1"', 'Content-Range': 'bytes 98976-200000/200000' }, pseudoRandom(101_025, 'longer'))
  g.origin.script('/f', cut(body, '50%', strong), wrong, ok(body, strong))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  expect(g.origin.requests('/f').map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=98976-', undefined])
  expect(g.told('attempt')[1]?.attempt.error).toMatchObject({
    code: 'PROTOCOL',
    message: expect.stringContaining('content-range'),
  })
})

test('a part that is shorter than its own label is no part either', async () => {
  await using g = await given()
  const headers = { ETag: '"1"', 'Content-Range': 'bytes 98976-199999/200000' }
  g.origin.script('/f', cut(body, '50%', strong), status(206, headers, body.subarray(98_976, 199_999)), ok(body, strong))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  expect(g.origin.requests('/f').map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=98976-', undefined])
})

test('a part whose bytes are not those of its Content-Digest is not gone on with: the whole is asked for', async () => {
  await using g = await given()
  const rest = Buffer.from(body.subarray(98_976))
  const digest = createHash('sha256').update(rest).digest('base64')
  const headers = { ETag: '"1"', 'Content-Range': 'bytes 98976-199999/200000', 'Content-Digest': `sha-256=:${digest}:` }
  rest[50_000] = (rest[50_000] ?? 0) ^ 1
  g.origin.script('/f', cut(body, '50%', strong), status(206, headers, rest), ok(body, strong))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  expect(g.origin.requests('/f').map(({ headers: sent }) => sent.range)).toEqual([undefined, 'bytes=98976-', undefined])
})
