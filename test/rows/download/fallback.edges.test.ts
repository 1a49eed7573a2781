import { expect, test } from 'vitest'
import type { CallOptions } from '../../../src/index.ts'
import { gate, ok, status } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
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

test.each<[string, CallOptions, readonly CallOptions[]]>([
  ['streams', { delivery: 'streaming' }, []],
  ['joins a caller who takes it', {}, [{}]],
])('a 404 that fallback.on names, to who %s: the last good version', async (_, options, others) => {
  await using g = await given()
  const url = g.origin.url('/f')
  const held = gate(status(404, {}, 'gone'))
  g.origin.script('/f', ok('good'), held)
  await g.fetch(url)
  const first = others.map((holdfast) => seen(g.fetch(url, { holdfast })))
  await rounds()
  const second = seen(g.fetch(url, { holdfast: { ...options, fallback: { on: ['rejected', 404] } } }))
  await held.arrived
  await rounds()
  held.release()
  expect((await Promise.all([...first, second])).map(({ text }) => text)).toEqual([...others.map(() => 'gone'), 'good'])
  expect(g.origin.hits('/f')).toBe(2)
})
