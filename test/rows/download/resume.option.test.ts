import { describe, expect, test } from 'vitest'
import type { Progress } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { byRequest, cut, gz, ok } from '../../helpers/origin/index.ts'
import { turnFor } from '../../helpers/turning.ts'
import { fed } from './fed.ts'
import { given, rejection } from './given.ts'
import { lives, living, storeOld } from './stored.ts'

// R18 and the option `resume`; and what a caller is told while it goes on.
const text = Buffer.from(pseudoRandom(100_000).toString('hex'))
const strong = { etag: '"1"', ranges: true }

describe.each(lives)('$name', (life) => {
  test("'auto': gzip is offered; what came uncoded is resumed as it is", async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', cut(text, '50%', strong), ok(text, strong))
    expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(text))
    const [first, second] = g.origin.requests('/f')
    expect(first?.headers['accept-encoding']).toContain('gzip')
    expect(second?.headers).toMatchObject({ 'accept-encoding': 'identity', range: expect.any(String), 'if-range': '"1"' })
  })

  test("'auto': what came coded and broke is asked for from zero as identity, and can be resumed from then on", async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script(
      '/f',
      gz(text, { truncate: '50%', ...strong }),
      byRequest(({ headers }) => (headers.range === undefined ? cut(text, '50%', strong) : ok(text, strong))),
    )
    expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(text))
    const seen = g.origin.requests('/f').map(({ headers }) => [headers['accept-encoding'], headers.range !== undefined])
    expect(seen).toEqual([
      [expect.stringContaining('gzip'), false],
      ['identity', false],
      ['identity', true],
    ])
  })

  test('true: identity from the first request', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', cut(text, '50%', strong), ok(text, strong))
    const response = await g.fetch(g.origin.url('/f'), { holdfast: { resume: true } })
    expect(sha256(await response.bytes())).toBe(sha256(text))
    expect(g.origin.requests('/f').map(({ headers }) => headers['accept-encoding'])).toEqual(['identity', 'identity'])
    expect(g.origin.requests('/f')[1]?.headers.range).toBeDefined()
  })

  test('false: never a Range, and the body of the second attempt alone', async () => {
    await using g = await living(life, { resume: false })
    await storeOld(g, life, '/f')
    g.origin.script('/f', cut(text, '50%', strong), ok(text, strong))
    expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(text))
    expect(g.origin.requests('/f').map(({ headers }) => headers.range)).toEqual([undefined, undefined])
  })

  test('a server that codes a part all the same is not spliced', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script(
      '/f',
      cut(text, '50%', strong),
      byRequest(({ headers }) => (headers.range ? gz(text, strong) : ok(text, strong))),
    )
    expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(text))
  })
})

describe('progress', () => {
  test('over a break: the bytes grow, the total is that of the whole, the resume says from where', async () => {
    await using g = await given()
    const told: Progress[] = []
    g.origin.script('/f', cut(text, '50%', strong), ok(text, strong))
    await (await g.fetch(g.origin.url('/f'), { holdfast: { onProgress: (progress) => told.push(progress) } })).bytes()
    expect(told.length).toBeGreaterThan(0)
    for (const { url, total, bytes } of told)
      expect([url, total, bytes <= text.length]).toEqual([g.origin.url('/f'), text.length, true])
    expect(told.map(({ bytes }) => bytes)).toEqual(told.map(({ bytes }) => bytes).sort((a, b) => a - b))
    expect(told.at(-1)).toMatchObject({ bytes: text.length, attempt: 2, resumedFrom: expect.any(Number) })
    expect(g.told('progress').at(-1)).toEqual(told.at(-1))
  })

  test('a minute of a slow body is told of once an interval, with its rate, not once a piece', async () => {
    await using g = await given()
    const told: Progress[] = []
    const slow = fed(600 * 1_000)
    g.origin.script('/f', slow.step)
    const call = g.fetch(g.origin.url('/f'), { holdfast: { onProgress: (progress) => told.push(progress) } })
    for (let n = 0; n < 600; n += 1) {
      await slow.next(Buffer.alloc(1_000, 'x'))
      await turnFor(g.clock, 100, 100)
    }
    await (await call).bytes()
    expect(told.length).toBeGreaterThan(10)
    expect(told.length).toBeLessThanOrEqual(250)
    for (const { bytesPerSecond } of told.slice(5, -1)) {
      expect(bytesPerSecond).toBeGreaterThan(4_000)
      expect(bytesPerSecond).toBeLessThan(25_000)
    }
  })

  test('a failure keeps what was told, and nothing is told after it', async () => {
    await using g = await given({ retry: 2 })
    const told: number[] = []
    g.origin.script('/f', cut(text, '50%'))
    await rejection(g.fetch(g.origin.url('/f'), { holdfast: { onProgress: ({ bytes }) => told.push(bytes) } }))
    const count = told.length
    await turnFor(g.clock, 10_000, 1_000)
    expect(told).toHaveLength(count)
    expect(Math.max(...told)).toBeLessThanOrEqual(text.length / 2)
  })
})
