import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { ok } from '../../helpers/origin/index.ts'
import { die, seen } from '../download/given.ts'
import { aFile, another, HOUR, history, places } from './histories.ts'

// Which version an entry gives, said once and for every caller.
describe.each(places)('over %s', (_, tiers) => {
  test('require of a label: every plain fetch gives it, without the network, and refresh cannot change that', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    await g.entry.label('app-1.4')
    await g.brings('two')
    await g.entry.setPolicy({ require: { label: 'app-1.4' } })
    g.origin.script('/f', ok('three'))
    for (let n = 0; n < 3; n += 1) {
      expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'one', outcome: 'hit' })
      await g.clock.advance(HOUR)
    }
    expect((await seen(g.entry.fetch())).text).toBe('one')
    expect(g.origin.hits('/f')).toBe(2)
    await g.entry.setPolicy(undefined)
    expect((await seen(g.fetch(g.url))).text).toBe('three')
  })

  test('a label that moves: the policy names the word, not the version', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    const [first = '', second = ''] = await g.ids()
    await g.entry.setPolicy({ require: { label: 'live' } })
    expect(await seen(g.fetch(g.url))).toEqual({ rejected: 'VERSION_NOT_FOUND' })
    await g.entry.label('live', { version: first })
    expect((await seen(g.fetch(g.url))).text).toBe('one')
    await g.entry.label('live', { version: second })
    expect((await seen(g.fetch(g.url))).text).toBe('two')
    await g.entry.unlabel('live', { version: second })
    expect((await seen(g.fetch(g.url))).text).toBe('one')
  })

  test('prefer of a pin: as long as it lasts', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    const [first = ''] = await g.ids()
    await g.entry.setPolicy({ prefer: { pinned: true } })
    await g.entry.pin({ version: first, for: '90m' })
    await g.clock.advance(HOUR)
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'one', outcome: 'hit' })
    await g.clock.advance(HOUR)
    expect((await seen(g.fetch(g.url))).text).toBe('two')
    expect(g.origin.hits('/f')).toBe(3)
  })

  test('a call wants another version than the policy: the call decides, in both directions', async () => {
    await using g = await history(tiers())
    await g.brings('one', 'two')
    const [first = '', second = ''] = await g.ids()
    await g.entry.setPolicy({ require: { version: first } })
    const get = async (require: { version: string }) => (await seen(g.fetch(g.url, { holdfast: { require } }))).text
    expect([await get({ version: second }), await get({ version: first })]).toEqual(['two', 'one'])
    await die(g.origin)
    expect((await seen(g.fetch(g.url))).text).toBe('one')
  })
})

test('a version required by policy, for another instance after a restart, offline', async () => {
  const file = aFile()
  await using g = await history([sqlite(file)])
  await g.brings('one', 'two')
  const [first = ''] = await g.ids()
  await g.entry.setPolicy({ require: { version: first } })
  await g.fetch.close()
  const after = another(g, [sqlite(file)], { mode: 'offline' })
  expect(await seen(after(g.url))).toMatchObject({ text: 'one', outcome: 'hit' })
})
