import { expect, test } from 'vitest'
import { ok, redirect, retryLater, startOrigin, status } from '../../helpers/origin/index.ts'
import { isSettled, turnFor, turnUntil } from '../../helpers/turning.ts'
import { given, seen } from './given.ts'

test('a host behind a redirect asks for a wait: the one in front is not asked again before it is over', async () => {
  await using g = await given()
  await using behind = await startOrigin({ clock: g.clock })
  g.origin.script('/f', redirect(behind.url('/f')))
  behind.script('/f', retryLater('60'), ok('fine'))
  const call = seen(g.fetch(g.origin.url('/f')))
  await turnFor(g.clock, 50_000, 1_000)
  expect(await isSettled(call)).toBe(false)
  expect([g.origin.hits('/f'), behind.hits('/f')]).toEqual([1, 1])
  expect(await turnUntil(g.clock, call)).toMatchObject({ text: 'fine' })
  expect([g.origin.hits('/f'), behind.hits('/f')]).toEqual([2, 2])
})

test('a back-off that goes beyond the deadline is not begun: what is known now is told now', async () => {
  await using g = await given({ random: () => 0.9, timeouts: { deadline: '20s' }, retry: { minDelay: '30s' } })
  g.origin.script('/f', status(503, {}, 'not now'))
  expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ status: 503, text: 'not now' })
  expect(g.clock.monotonic()).toBe(0)
  expect(g.origin.hits('/f')).toBe(1)
})
