import { describe, expect, test } from 'vitest'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { badRange, byRequest, cut, ok, type Step, status } from '../../helpers/origin/index.ts'
import { inspected, rejection, seen } from './given.ts'
import { ended, lives, living, OLD, promised, storeOld } from './stored.ts'

// R15, R16, R20: what comes between the halves of a file and is none of it.
const body = pseudoRandom(200_000)
const strong = { etag: '"1"', ranges: true }
const half = cut(body, '50%', strong)
const PAGE = '<!doctype html><title>Sorry</title><p>We are working on it.'
const html = { 'Content-Type': 'text/html' }

const between: [string, Step][] = [
  ['503, twice', status(503, html, PAGE)],
  ['500', status(500, html, PAGE)],
  ['429', status(429, html, PAGE)],
  ['404', status(404, html, PAGE)],
  ['a page under 200 with the same strong tag', ok(PAGE, { etag: '"1"', headers: html })],
  ['a page under 200 with the same strong tag, in the way of a server that knows ranges', ok(PAGE, { ...strong, headers: html })],
  ['a 206 page without a Content-Range', status(206, html, PAGE)],
  ['a 206 page under a Content-Range of its own', status(206, { ...html, 'Content-Range': `bytes 0-58/59`, ETag: '"1"' }, PAGE)],
  ['a 416 with a text', status(416, html, PAGE)],
  ['a 416 of another size', status(416, { ...html, 'Content-Range': 'bytes */5' }, PAGE)],
  ['a 403', status(403, html, PAGE)],
]

describe.each(lives)('$name', (life) => {
  test.each(between)('%s between: the part is kept, its text is not', async (name, step) => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    const steps: Step[] = name.endsWith('twice') ? [step, step] : [step]
    g.origin.script('/f', half, ...steps, ok(body, strong))
    const answer = await g.fetch(g.origin.url('/f'))
    expect(sha256(await answer.bytes())).toBe(sha256(body))
    expect(inspected(answer, 'miss').version).toMatchObject({ status: 200, size: body.length })
    for (const { version } of g.told('stored')) expect([OLD.length, body.length]).toContain(version.size)
  })

  test('a page under the same strong tag for ever: damage, and never a version', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', half, ok(PAGE, { etag: '"1"', headers: html }))
    const { is, error } = await ended(g.fetch(g.origin.url('/f')))
    expect(is).toBe(promised(life))
    expect(['PROTOCOL', 'TRUNCATED']).toContain(error?.code)
    expect(await seen(g.fetch(g.origin.url('/f'), { cache: 'only-if-cached', mode: 'same-origin' }))).toMatchObject(
      life.cached ? { text: OLD } : { rejected: 'NOT_CACHED' },
    )
  })

  test('200 to each If-Range, cut each time at 90 %: it ends, right or typed', async () => {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    const always = byRequest(({ headers }) =>
      headers['if-range'] !== undefined || headers.range === undefined
        ? cut(body, '90%', { etag: '"1"' })
        : badRange(body, 'no-total', strong),
    )
    g.origin.script('/f', always)
    const answer = await g.fetch(g.origin.url('/f')).then(
      async (response) => sha256(await response.bytes()),
      (error: { code: string }) => error.code,
    )
    const allowed = [sha256(body), life.cached ? sha256(OLD) : 'TRUNCATED']
    expect(allowed).toContain(answer)
    expect(g.origin.hits('/f')).toBeLessThanOrEqual(14)
  })
})

test('a partial that is already whole, and lacks its end only: hardly a byte comes again', async () => {
  for (const life of lives) {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    const allButTheEnd: Step = async (exchange) => {
      await exchange.head(200, { 'Transfer-Encoding': 'chunked', ETag: '"1"', 'Accept-Ranges': 'bytes' })
      await exchange.write(Buffer.from(`${body.length.toString(16)}\r\n`))
      await exchange.send(body)
      exchange.destroy()
    }
    g.origin.script('/f', allButTheEnd, ok(body, strong))
    const response = await g.fetch(g.origin.url('/f'))
    expect(sha256(await response.bytes())).toBe(sha256(body))
    expect(g.origin.requests('/f')[1]?.headers).toMatchObject({
      range: expect.stringMatching(/^bytes=(19|200)/),
      'if-range': '"1"',
    })
    expect(g.origin.requests('/f')[1]?.bytesSent).toBeLessThanOrEqual(1_024)
  }
})

test('the file vanished for good in mid-download: that is the answer, and no half of it is left', async () => {
  for (const life of lives) {
    await using g = await living(life)
    await storeOld(g, life, '/f')
    g.origin.script('/f', half, status(404, html, PAGE))
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 404, text: PAGE })
    g.origin.script('/f', status(503))
    const { text } = await seen(g.fetch(g.origin.url('/f')))
    expect(text).toBe(life.cached ? OLD : '')
  }
})

test('an HttpError or a HoldfastError of a resume names the attempts with what each brought', async () => {
  const [life] = lives
  if (life === undefined) throw new Error('no life')
  await using g = await living(life, { retry: 3 })
  g.origin.script('/f', half, cut(body, 2_000, strong))
  const error = await rejection(g.fetch(g.origin.url('/f')))
  expect(error.attempts.slice(0, 2)).toMatchObject([{ bytes: 100_000 }, { status: 206, resumedFrom: expect.any(Number) }])
  expect(error.attempts[1]?.resumedFrom).toBeGreaterThan(98_000)
})
