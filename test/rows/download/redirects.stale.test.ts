import { expect, test } from 'vitest'
import { inOrder, ok, type Step, status } from '../../helpers/origin/index.ts'
import { given, seen } from './given.ts'

// By the letter of HTTP an answer may be served stale where neither it nor any redirect on the way to it forbids that.
const hop = (to: string, more = ''): Step => status(302, { Location: to, 'Cache-Control': `max-age=60${more}` })
const strict = ', must-revalidate'

test.each([
  ['one hop that says nothing', '', undefined, 'fallback'],
  ['one hop under must-revalidate', strict, undefined, 'miss'],
  ['two that say nothing', '', '', 'fallback'],
  ['two, the first under must-revalidate', strict, '', 'miss'],
  ['two, the second under must-revalidate', '', strict, 'miss'],
])('%s', async (_, first, second, outcome) => {
  await using g = await given({ respect: 'standard', ttl: 'http', retry: false })
  g.origin.script('/f', hop(second === undefined ? '/there' : '/between', first))
  if (second !== undefined) g.origin.script('/between', hop('/there', second))
  g.origin.script('/there', inOrder(ok('good', { headers: { 'Cache-Control': 'max-age=60, stale-if-error=300' } }), status(503)))
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: 'good', outcome: 'miss' })
  await g.clock.advance(61_000)
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: outcome === 'miss' ? 503 : 200, outcome })
})
