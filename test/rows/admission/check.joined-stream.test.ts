import { expect, test } from 'vitest'
import { gatedBody } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { given, seen } from '../download/given.ts'

/** One text each time, so that callers share a download; what it decides is each caller's own. */
const checkOf = (fine: boolean) => (): void => {
  if (!fine) throw new RangeError('not for me')
}

test('who joins a download with a check of its own is not streamed what only another’s check has seen', async () => {
  await using g = await given()
  const late = gatedBody('first half, second half', 11)
  g.origin.script('/f', late)
  const ask = (fine: boolean) => seen(g.fetch(g.origin.url('/f'), { holdfast: { delivery: 'streaming', check: checkOf(fine) } }))
  const calls = [ask(true), ask(false)]
  await late.arrived
  await rounds()
  late.release()
  const [first, joined] = await Promise.all(calls)
  expect(first).toMatchObject({ text: 'first half, second half', outcome: 'miss' })
  expect(joined?.outcome).not.toBe('miss')
  expect(g.origin.hits('/f')).toBe(1)
})
