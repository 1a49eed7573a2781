import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { createCachedFetch } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { byRequest, cut, ok, type Step, status } from '../../helpers/origin/index.ts'
import { folder } from '../stores/given.ts'
import { given, seen } from './given.ts'

// A server that gives wholes only, and says so with a status that means "no": the body broke, and what is here must not stand in the way.
const body = pseudoRandom(3_000_000)
const strong = { etag: '"1"', ranges: true }
const wholesOnly = (code: number): Step =>
  byRequest(({ headers }, hit) =>
    headers.range === undefined ? (hit === 1 ? cut(body, '60%', strong) : ok(body, strong)) : status(code),
  )

test.each([400, 403, 404, 405, 501])('each part is refused with %i: asked for twice, then the whole', async (code) => {
  await using g = await given()
  g.origin.script('/f', wholesOnly(code))
  expect(sha256(await (await g.fetch(g.origin.url('/f'))).bytes())).toBe(sha256(body))
  expect(g.origin.requests('/f').map(({ headers }) => headers.range !== undefined)).toEqual([false, true, true, false])
})

test('what one process has left is refused to the next one: it is not asked for by a third', async () => {
  await using g = await given()
  const file = `${folder()}/cache.db`
  g.origin.script('/f', wholesOnly(403))
  const next = async (): Promise<unknown> => {
    await using fetch = createCachedFetch({ tiers: [sqlite(file)], ttl: '1h', retry: false, clock: g.clock })
    return await seen(fetch(g.origin.url('/f')))
  }
  expect([await next(), await next(), await next()]).toMatchObject([{ rejected: 'TRUNCATED' }, { status: 403 }, { status: 200 }])
  expect(g.origin.requests('/f').map(({ headers }) => headers.range !== undefined)).toEqual([false, true, false])
})
