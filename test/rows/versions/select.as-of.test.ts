import { describe, expect, test } from 'vitest'
import { inspect } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { die, seen } from '../download/given.ts'
import { all, HOUR, history, MINUTE, places, textOf, thrownBy } from './histories.ts'

// What was current then: time travel over what is stored, on a call and over `mode: 'offline'`.
describe.each(places)('over %s', (_, tiers) => {
  test('at the very millisecond, one before, one after', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two', 'three')
    const at = (await all(g.entry)).map(({ storedAt }) => storedAt.getTime()).toReversed()
    const get = async (ms: number) => seen(g.fetch(g.url, { holdfast: { require: { asOf: new Date(ms) } } }))
    const [first = 0, second = 0, third = 0] = at
    expect((await get(first)).text).toBe('one')
    expect((await get(second - 1)).text).toBe('one')
    expect((await get(second)).text).toBe('two')
    expect((await get(third - 1)).text).toBe('two')
    expect((await get(third + 1)).text).toBe('three')
    expect((await get(third + 1000 * HOUR)).text).toBe('three')
    expect(await get(first - 1)).toEqual({ rejected: 'VERSION_NOT_FOUND' })
    expect(g.origin.hits('/f')).toBe(3)
  })

  test('a date as text, as the contract has it; what is no date is refused by name', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    const asOf = new Date(g.clock.now() - 90 * MINUTE).toISOString()
    expect((await seen(g.fetch(g.url, { holdfast: { require: { asOf } } }))).text).toBe('one')
    expect(await textOf(g.entry, { asOf })).toBe('one')
    for (const wrong of ['yesterday', '', new Date(Number.NaN), 12]) {
      const error = await thrownBy(() => g.fetch(g.url, { holdfast: { require: { asOf: wrong as string } } }))
      expect([error instanceof TypeError, error.message]).toEqual([true, expect.stringContaining('asOf')])
      expect(await thrownBy(() => g.entry.version({ asOf: wrong as string }))).toBeInstanceOf(TypeError)
    }
  })

  test('found unchanged since: it was current all the while', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'one', 'one', 'two')
    // Stored at 0 h, found unchanged at 1 and 2 h, replaced at 3 h.
    for (const hoursAgo of [3.5, 2.5, 1.5]) {
      expect(await textOf(g.entry, { asOf: new Date(g.clock.now() - hoursAgo * HOUR) })).toBe('one')
    }
    expect(await textOf(g.entry, { asOf: new Date(g.clock.now() - 0.5 * HOUR) })).toBe('two')
  })

  test('the origin goes back to an older content: each time has what it had', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two', 'one')
    const then = async (hoursAgo: number): Promise<string> => textOf(g.entry, { asOf: new Date(g.clock.now() - hoursAgo * HOUR) })
    expect([await then(2.5), await then(1.5), await then(0.5)]).toEqual(['one', 'two', 'one'])
  })

  test('bytes that were refused since are passed by in each of their copies', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two', 'one')
    await g.entry.label('failed')
    const then = async (hoursAgo: number): Promise<string> => textOf(g.entry, { asOf: new Date(g.clock.now() - hoursAgo * HOUR) })
    expect([await then(2.5), await then(1.5), await then(0.5)]).toEqual(['(none)', 'two', 'two'])
  })

  test('offline and with the origin gone; per entry policy; a call that says otherwise', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two', 'three')
    await die(g.origin)
    const offline = g.fetch.extend({ mode: 'offline' })
    const asOf = new Date(g.clock.now() - 1.5 * HOUR)
    const answer = await offline(g.url, { holdfast: { require: { asOf } } })
    expect([await answer.text(), inspect(answer)?.outcome]).toEqual(['two', 'hit'])
    await g.entry.setPolicy({ require: { asOf } })
    expect((await seen(g.fetch(g.url))).text).toBe('two')
    expect((await seen(offline(g.url))).text).toBe('two')
    const earlier = { asOf: new Date(g.clock.now() - 2.5 * HOUR) }
    expect((await seen(g.fetch(g.url, { holdfast: { require: earlier } }))).text).toBe('one')
  })

  test('prefer a time before anything was stored: as without', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    g.origin.script('/f', ok('two'))
    expect((await seen(g.fetch(g.url, { holdfast: { prefer: { asOf: new Date(0) } } }))).text).toBe('two')
  })
})
