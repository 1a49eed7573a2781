import { expect, test } from 'vitest'
import { ok } from '../../helpers/origin/index.ts'
import { given } from './given.ts'

// Fetch standard 4.5: what init.cache says to caches on the way, unless the caller said it already.
test.each<[NonNullable<RequestInit['cache']>, Record<string, string>, (string | undefined)[]]>([
  ['no-cache', { 'X-Other': '1' }, ['max-age=0', undefined]],
  ['no-store', { 'X-Other': '1' }, ['no-cache', 'no-cache']],
  ['reload', { 'X-Other': '1' }, ['no-cache', 'no-cache']],
  ['default', { 'X-Other': '1' }, [undefined, undefined]],
  ['no-cache', { 'Cache-Control': 'max-age=9' }, ['max-age=9', undefined]],
  ['no-store', { 'Cache-Control': 'max-age=9' }, ['max-age=9', undefined]],
  ['reload', { Pragma: 'mine' }, [undefined, 'mine']],
])('cache: %j with %j', async (cache, headers, sent) => {
  await using g = await given()
  g.origin.script('/f', ok('fine'))
  await (await g.fetch(g.origin.url('/f'), { cache, headers })).text()
  const [request] = g.origin.requests('/f')
  expect([request?.headers['cache-control'], request?.headers.pragma]).toEqual(sent)
})
