import { expect, test } from 'vitest'
import { ok, status } from '../../helpers/origin/index.ts'
import { given, seen } from './given.ts'

test.each([
  [400, ['4xx' as const], 'fallback'],
  [499, ['4xx' as const], 'fallback'],
  [499, ['5xx' as const], 'miss'],
  [500, ['4xx' as const], 'miss'],
  [500, ['5xx' as const], 'fallback'],
  [599, ['5xx' as const], 'fallback'],
  [400, [400], 'fallback'],
  [400, [401, 499], 'miss'],
  [500, [500], 'fallback'],
])('status %i under fallback.on %j: %s', async (code, on, outcome) => {
  await using g = await given({ retry: false, fallback: { on } })
  g.origin.script('/f', ok('good'), status(code, {}, 'bad'))
  await g.fetch(g.origin.url('/f'))
  await g.clock.advance(1_000)
  const came = await seen(g.fetch(g.origin.url('/f')))
  expect([came.status, came.text]).toEqual(outcome === 'fallback' ? [200, 'good'] : [code, 'bad'])
  expect(g.told('fallback')).toHaveLength(outcome === 'fallback' ? 1 : 0)
})
