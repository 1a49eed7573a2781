import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { badRange, byRequest, cut, ok, redirect, type Step, startOrigin, status } from '../../helpers/origin/index.ts'
import { given, inspected, rejection } from './given.ts'

// After a cut at half, a server that answers a Range wrongly. Whatever it does: the right bytes of one version.
const body = pseudoRandom(200_000)
const changed = pseudoRandom(200_000, 'changed')
const grown = pseudoRandom(200_005, 'grown')
const strong = { etag: '"1"', ranges: true }
const other = { etag: '"2"', ranges: true }
const half = cut(body, '50%', strong)

const lies: [string, Step, Uint8Array, number][] = [
  ['nothing wrong', ok(body, strong), body, 2],
  ['the file changed', ok(changed, other), changed, 2],
  ['the file changed, If-Range ignored', badRange(changed, 'if-range-ignored', other), changed, 3],
  ['the file changed and grew under the same tag', badRange(grown, 'if-range-ignored', strong), grown, 3],
  ['Range ignored', badRange(body, 'ignore', strong), body, 2],
  ['starts 10 bytes earlier', badRange(body, { shift: -10 }, strong), body, 3],
  ['starts 10 bytes later', badRange(body, { shift: 10 }, strong), body, 3],
  ['says another place', badRange(body, { says: 7 }, strong), body, 3],
  ['says an earlier place', badRange(body, { says: -7 }, strong), body, 3],
  ['no Content-Range', badRange(body, 'no-content-range', strong), body, 3],
  ['multipart', badRange(body, 'multipart', strong), body, 3],
  ['9 bytes too many', badRange(body, { long: 9 }, strong), body, 3],
  ['another total', badRange(body, { total: 5 }, strong), body, 3],
  ['no total', badRange(body, 'no-total', strong), body, 2],
  ['the part under status 200', badRange(body, 'status-200', strong), body, 3],
  ['416, though it is there', badRange(body, '416', strong), body, 3],
  ['200 to each If-Range', badRange(body, 'if-range-never', strong), body, 2],
]

test.each(lies)('%s', async (_, step, expected, atMost) => {
  await using g = await given()
  g.origin.script('/f', half, step)
  const response = await g.fetch(g.origin.url('/f'))
  expect(sha256(await response.bytes())).toBe(sha256(expected))
  expect(inspected(response, 'miss').version).toMatchObject({ status: 200, size: expected.length })
  expect(g.origin.hits('/f')).toBeLessThanOrEqual(atMost)
  const again = await g.fetch(g.origin.url('/f'), { cache: 'force-cache' })
  expect(sha256(await again.bytes())).toBe(sha256(expected))
})

test('50 bytes too few: the part is kept, and a third request brings the rest', async () => {
  const short: Step = byRequest((_, hit) => (hit === 2 ? badRange(body, { short: 50 }, strong) : ok(body, strong)))
  await using g = await given()
  g.origin.script('/f', half, short)
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  expect(g.origin.requests('/f').map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=98976-', 'bytes=198926-'])
})

test('a resumed part that is coded, or has a weak tag or another one, is not appended', async () => {
  const rest = body.subarray(100_000)
  const range = { 'Content-Range': 'bytes 100000-199999/200000' }
  const wrong = [
    status(206, { ...range, ETag: '"1"', 'Content-Encoding': 'gzip' }, gzipSync(rest)),
    status(206, { ...range, ETag: 'W/"1"' }, changed.subarray(100_000)),
    status(206, { ...range, ETag: '"2"' }, changed.subarray(100_000)),
  ]
  for (const step of wrong) {
    await using g = await given()
    g.origin.script('/f', half, step, ok(body, strong))
    expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  }
})

test('right label on wrong bytes: a known digest notices, and the whole is asked for', async () => {
  const integrity = `sha256-${createHash('sha256').update(body).digest('base64')}`
  await using g = await given()
  g.origin.script('/f', half, badRange(body, { data: -7 }, strong), ok(body, strong))
  expect(sha256(await (await g.fetch(g.origin.url('/f'), { integrity })).bytes())).toBe(sha256(body))
  expect(g.origin.requests('/f').map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=98976-', undefined])
  g.origin.script('/g', half, badRange(body, { data: -7 }, strong))
  g.origin.script('/always', ok(changed, strong))
  expect((await rejection(g.fetch(g.origin.url('/always'), { integrity }))).code).toBe('DIGEST')
})

test('a redirect of the resume to another origin: the tag is not its tag, the credentials stay behind', async () => {
  await using g = await given()
  await using elsewhere = await startOrigin()
  elsewhere.script('/f', ok(changed, strong))
  g.origin.script('/f', half, redirect(elsewhere.url('/f')))
  const headers = { Authorization: 'Bearer secret', 'X-API-Key': 'key' }
  const response = await g.fetch(g.origin.url('/f'), { headers })
  expect(sha256(await response.bytes())).toBe(sha256(changed))
  expect([response.url, response.redirected]).toEqual([elsewhere.url('/f'), true])
  for (const request of elsewhere.requests()) {
    expect(request.headers).not.toHaveProperty('authorization')
    expect(request.headers).not.toHaveProperty('x-api-key')
  }
})

const gzipHalf = (gzip: Buffer): Step => cut(gzip, '50%', { ...strong, headers: { 'Content-Encoding': 'gzip' } })
test('a coded body that breaks is asked for again from zero, as identity, and never mixed', async () => {
  const gzip = gzipSync(body)
  await using g = await given()
  g.origin.script('/f', gzipHalf(gzip), ok(body, { etag: '"2"', ranges: true }))
  const response = await g.fetch(g.origin.url('/f'))
  expect(sha256(await response.bytes())).toBe(sha256(body))
  expect(g.origin.requests('/f')[0]?.headers['accept-encoding']).toContain('gzip')
  expect(g.origin.requests('/f')[1]?.headers).toMatchObject({ 'accept-encoding': 'identity' })
  expect(g.origin.requests('/f')[1]?.headers).not.toHaveProperty('range')
  expect(response.headers.get('content-encoding')).toBeNull()
})

test("a caller's own Accept-Encoding stands", async () => {
  await using g = await given()
  g.origin.script('/f', ok(body, strong))
  await g.fetch(g.origin.url('/f'), { headers: { 'Accept-Encoding': 'br' } })
  expect(g.origin.requests('/f')[0]?.headers['accept-encoding']).toBe('br')
})
