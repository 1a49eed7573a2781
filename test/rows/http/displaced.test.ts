import { describe, expect, test } from 'vitest'
import { inOrder, ok, type Step, status } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { type Given, given } from '../download/given.ts'

// What is not kept has no place to be seen from: behind a stale answer that is given for as long as one likes, nobody would ever see it.
const GOOD = ok('good', { etag: '"1"', headers: { 'Cache-Control': 'max-age=1' } })
const SAYS = { headers: { 'Cache-Control': 'no-store' } }

async function asked(g: Given): Promise<string> {
  const response = await turnUntil(g.clock, g.fetch(g.origin.url('/f')))
  return `${response.status} ${await response.text()}`
}

/** What is said while it is stale, when the refresh behind has ended, and once more. */
async function stale(g: Given): Promise<string[]> {
  await asked(g)
  await g.clock.advance(5_000)
  const first = await asked(g)
  await turnUntil(g.clock, g.fetch.idle())
  return [first, await asked(g), await asked(g)]
}

describe('staleWhileRevalidate without an end', () => {
  test.each<[string, Step]>([
    ['401 gone', status(401, {}, 'gone')],
    ['403 gone', status(403, {}, 'gone')],
    ['404 gone', status(404, {}, 'gone')],
    ['410 gone', status(410, {}, 'gone')],
    ['200 gone', ok('gone', SAYS)],
  ])('%s behind is the next answer', async (says, step) => {
    await using g = await given({ ttl: 'http', staleWhileRevalidate: true })
    g.origin.script('/f', inOrder(GOOD, step))
    expect(await stale(g)).toEqual(['200 good', says, says])
  })

  test.each([429, 500, 503])('%i behind is an outage: the stale answer goes on', async (code) => {
    await using g = await given({ ttl: 'http', staleWhileRevalidate: true, retry: false, fallback: false })
    g.origin.script('/f', inOrder(GOOD, status(code)))
    expect(await stale(g)).toEqual(['200 good', '200 good', '200 good'])
  })
})

test("a 404 that is asked for past a fresh answer is seen by the next call; a caller's own no-store says nothing", async () => {
  await using g = await given({ ttl: 'http' })
  const gone = status(404, {}, 'gone')
  g.origin.script('/f', inOrder(ok('good', { headers: { 'Cache-Control': 'max-age=600' } }), gone))
  await asked(g)
  await g.fetch(g.origin.url('/f'), { cache: 'no-store' })
  expect(await asked(g)).toBe('200 good')
  await g.fetch(g.origin.url('/f'), { cache: 'reload' })
  expect(await asked(g)).toBe('404 gone')
})
