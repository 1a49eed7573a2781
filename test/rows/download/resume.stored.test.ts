import { describe, expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { badRange, byRequest, cut, notModified, ok, type Step, status } from '../../helpers/origin/index.ts'
import { inspected } from './given.ts'
import { ended, lives, living, OLD, storeOld } from './stored.ts'

// R01 to R15 where a version is stored: the refresh of it breaks, and the server lies about the rest.
const body = pseudoRandom(200_000)
const changed = pseudoRandom(200_000, 'changed')
const grown = pseudoRandom(200_005, 'grown')
const strong = { etag: '"1"', ranges: true }
const other = { etag: '"2"', ranges: true }
const half = cut(body, '50%', strong)
const minute = 60_000

const lies: [string, Step, Uint8Array][] = [
  ['R01 nothing wrong', ok(body, strong), body],
  ['R02 the file changed', ok(changed, other), changed],
  ['R03 the file changed, If-Range ignored', badRange(changed, 'if-range-ignored', other), changed],
  ['R07 Range ignored', badRange(body, 'ignore', strong), body],
  ['R08 starts 10 bytes earlier', badRange(body, { shift: -10 }, strong), body],
  ['R08 starts at the very start', badRange(body, { shift: -100_000 }, strong), body],
  ['R08 an overlap that differs', badRange(changed, { shift: -10 }, strong), changed],
  ['R09 starts 10 bytes later', badRange(body, { shift: 10 }, strong), body],
  ['R09 says another place', badRange(body, { says: 7 }, strong), body],
  ['R09 no Content-Range', badRange(body, 'no-content-range', strong), body],
  ['R09 multipart', badRange(body, 'multipart', strong), body],
  ['R10 50 bytes too few', byRequest((_, hit) => (hit === 2 ? badRange(body, { short: 50 }, strong) : ok(body, strong))), body],
  ['R11 9 bytes too many', badRange(body, { long: 9 }, strong), body],
  ['R12 another total', badRange(body, { total: 5 }, strong), body],
  ['R12 a file that grew under the same tag', badRange(grown, 'if-range-ignored', strong), grown],
  ['R13 no total', badRange(body, 'no-total', strong), body],
  ['R14 the part under status 200', badRange(body, 'status-200', strong), body],
  ['R15 416, though it is there', badRange(body, '416', strong), body],
  ['R20 200 to each If-Range', badRange(body, 'if-range-never', strong), body],
  ['304 to a resume', byRequest((_, hit) => (hit === 2 ? notModified(strong) : ok(body, strong))), body],
  ['204 to a resume', byRequest((_, hit) => (hit === 2 ? status(204) : ok(body, strong))), body],
]

describe.each(lives)('$name', (life) => {
  test.each(lies)('%s: the right bytes of one version', async (_, step, expected) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', half, step)
    const response = await g.fetch(g.origin.url('/f'))
    expect(sha256(await response.bytes())).toBe(sha256(expected))
    expect(inspected(response, 'miss').version).toMatchObject({ status: 200, size: expected.length, proven: true })
    expect(response.headers.get('content-range')).toBeNull()
    expect(g.origin.requests('/f').map(({ headers }) => headers['if-none-match'])[0]).toBe(life.cached ? '"0"' : undefined)
    const again = await g.fetch(g.origin.url('/f'), { cache: 'force-cache' })
    expect(sha256(await again.bytes())).toBe(sha256(expected))
  })
})

describe.each(lives.filter(({ name }) => name.endsWith('memory')))('$name, and a whole never comes', (life) => {
  test.each(lies)(
    '%s: right after all, or the old version, or the error of the last try, in bounded requests',
    async (_, lie) => {
      await using g = await living(life)
      await storeOld(g, life, '/f')
      g.origin.script(
        '/f',
        byRequest(({ headers }) => (headers.range === undefined ? half : lie)),
      )
      const answer = await g.fetch(g.origin.url('/f')).then(
        async (response) => sha256(await response.bytes()),
        (error: { code: string }) => error.code,
      )
      const wholes = [body, changed, grown].map(sha256)
      expect([...wholes, ...(life.cached ? [sha256(OLD)] : ['TRUNCATED', 'PROTOCOL'])]).toContain(answer)
      expect(g.origin.hits('/f')).toBeLessThanOrEqual(14)
      const left = await ended(g.fetch(g.origin.url('/f'), { cache: 'only-if-cached', mode: 'same-origin' }))
      if (!wholes.includes(answer)) expect(left.text ?? left.error?.code).toBe(life.cached ? OLD : 'NOT_CACHED')
    },
  )
})

describe('without a strong validator', () => {
  const dated = (ago: number) => ({ lastModified: Date.UTC(2026, 0, 15, 12) - ago, ranges: true })
  test.each<[string, object]>([
    ['R04 a weak ETag', { etag: 'W/"1"', ranges: true }],
    ['R04 a weak ETag and an old Last-Modified', { etag: 'W/"1"', ...dated(60 * minute) }],
    ['R05 none at all', { ranges: true }],
    ['R06 a Last-Modified of this minute', dated(minute / 2)],
    ['an ETag without quotes', { etag: '1', ranges: true }],
    ['an ETag of nothing', { etag: '""x', ranges: true }],
  ])('%s: no Range', async (_, options) => {
    for (const life of lives) {
      await using g = await living(life)
      await storeOld(g, life, '/f')
      g.origin.script('/f', cut(body, '50%', options), ok(changed, options))
      const response = await g.fetch(g.origin.url('/f'))
      expect(sha256(await response.bytes())).toBe(sha256(changed))
      expect(g.origin.requests('/f').map(({ headers }) => headers.range)).toEqual([undefined, undefined])
    }
  })

  test('R06 a Last-Modified an hour old is one, and If-Range says it', async () => {
    for (const life of lives) {
      await using g = await living(life)
      await storeOld(g, life, '/f')
      g.origin.script('/f', cut(body, '50%', dated(60 * minute)), ok(body, dated(60 * minute)))
      const response = await g.fetch(g.origin.url('/f'))
      expect(sha256(await response.bytes())).toBe(sha256(body))
      expect(g.origin.requests('/f')[1]?.headers).toMatchObject({
        range: 'bytes=98976-',
        'if-range': 'Thu, 15 Jan 2026 11:00:00 GMT',
      })
    }
  })
})
