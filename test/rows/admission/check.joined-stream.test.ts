import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { gatedBody } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { type Given, given, type Seen, seen } from '../download/given.ts'

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
  expect(joined).toEqual({ rejected: 'REJECTED' })
  expect(g.origin.hits('/f')).toBe(1)
})

describe('who refuses what another’s check has taken is never answered with it', () => {
  const both = async (g: Given): Promise<(Seen | undefined)[]> => {
    const late = gatedBody('new', 1)
    g.origin.script('/f', late)
    const calls = [true, false].map((fine) => seen(g.fetch(g.origin.url('/f'), { holdfast: { check: checkOf(fine) } })))
    await late.arrived
    await rounds()
    late.release()
    return Promise.all(calls)
  }

  test.each([memory, () => sqlite(':memory:')])('nothing was stored: REJECTED', async (open) => {
    await using g = await given({ tiers: [open()] })
    expect(await both(g)).toEqual([{ status: 200, text: 'new', outcome: 'miss' }, { rejected: 'REJECTED' }])
    expect(g.origin.hits('/f')).toBe(1)
  })

  test.each([memory, () => sqlite(':memory:')])('a version was stored: that one', async (open) => {
    await using g = await given({ tiers: [open()] })
    await g.fetch.put(g.origin.url('/f'), new Response('old'))
    expect(await both(g)).toEqual([
      { status: 200, text: 'new', outcome: 'miss' },
      { status: 200, text: 'old', outcome: 'fallback' },
    ])
  })

  test('also where the same bytes stand there twice, once as valid', async () => {
    await using g = await given()
    await g.fetch.put(g.origin.url('/f'), new Response('old'))
    await g.fetch.put(g.origin.url('/f'), new Response('new', { headers: { 'X-Made': 'by hand' } }), { labels: ['valid'] })
    await g.fetch.put(g.origin.url('/f'), new Response('between'))
    expect((await both(g))[1]).toEqual({ status: 200, text: 'between', outcome: 'fallback' })
  })
})
