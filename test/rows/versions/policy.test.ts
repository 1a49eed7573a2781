import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Store } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { die, seen } from '../download/given.ts'
import { aFile, another, DAY, HOUR, history, MINUTE, places } from './histories.ts'

// The rules of one entry, kept in the store beside it: whoever opens that store obeys them (B30).
describe.each(places)('over %s', (_, tiers) => {
  test('said, obeyed at once, read back; undefined takes it back', async () => {
    await using g = await history(tiers())
    const before = await g.entry.policy()
    await g.brings('one')
    await g.entry.setPolicy({ ttl: '2h' })
    expect(['2h', 2 * HOUR]).toContain((await g.entry.policy()).ttl)
    await g.brings('one')
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'one', outcome: 'hit' })
    await g.entry.setPolicy(undefined)
    expect(await g.entry.policy()).toEqual(before)
    expect((await seen(g.fetch(g.url))).outcome).toBe('revalidated')
    await g.entry.setPolicy(undefined)
    expect(g.origin.hits('/f')).toBe(3)
  })

  test('said before anything is stored: nothing is asked, and the first answer is under it', async () => {
    await using g = await history(tiers())
    g.origin.script('/f', ok('one'))
    await g.entry.setPolicy({ ttl: '1h' })
    expect(['1h', HOUR]).toContain((await g.entry.policy()).ttl)
    expect(g.origin.hits('/f')).toBe(0)
    await seen(g.fetch(g.url))
    await g.clock.advance(59 * MINUTE)
    expect((await seen(g.fetch(g.url))).outcome).toBe('hit')
    expect(g.origin.hits('/f')).toBe(1)
  })

  test('it is the entry’s and no other one’s, and stays through new versions and sweeps', async () => {
    await using g = await history(tiers())
    await g.entry.setPolicy({ ttl: '30m' })
    await g.brings('one', 'two', 'three')
    await g.fetch.cache.sweep()
    expect(['30m', 30 * MINUTE]).toContain((await g.entry.policy()).ttl)
    g.origin.script('/g', ok('x'))
    for (let n = 0; n < 2; n += 1) await seen(g.fetch(g.origin.url('/g')))
    expect(g.origin.hits('/g')).toBe(2)
    expect(await g.fetch.entry(g.origin.url('/g')).policy()).toEqual(await g.fetch.entry(g.origin.url('/h')).policy())
  })

  test('no fallback, by policy: an outage is an error, also for who holds an old version', async () => {
    await using g = await history(tiers())
    await g.brings('one')
    await g.entry.setPolicy({ fallback: false })
    await die(g.origin)
    expect(await seen(g.fetch(g.url))).toMatchObject({ rejected: 'CONNECT' })
    expect(await seen(g.fetch(g.url, { holdfast: { fallback: true } }))).toMatchObject({ text: 'one', outcome: 'fallback' })
  })

  test('what was read back is a copy: changing it changes nothing', async () => {
    await using g = await history(tiers())
    const mine = { ttl: '1h', fallback: { cooldown: '1m' } }
    await g.entry.setPolicy(mine)
    mine.ttl = '9d'
    mine.fallback.cooldown = '9d'
    Object.assign(await g.entry.policy(), { ttl: '8d' })
    expect(['1h', HOUR]).toContain((await g.entry.policy()).ttl)
    expect(JSON.stringify(await g.entry.policy())).not.toContain('9d')
  })

  test('the entry is deleted: its policy with it', async () => {
    await using g = await history(tiers())
    const before = await g.entry.policy()
    await g.brings('one')
    await g.entry.setPolicy({ ttl: '1d' })
    await g.entry.delete()
    expect(await g.entry.policy()).toEqual(before)
    g.origin.script('/f', ok('two'))
    for (let n = 0; n < 2; n += 1) await seen(g.fetch(g.url))
    expect(g.origin.hits('/f')).toBe(3)
  })
})

const files: [string, (file: string) => Store[]][] = [
  ['a file', (file) => [sqlite(file)]],
  ['memory before a file', (file) => [memory(), sqlite(file)]],
]

describe.each(files)('%s', (_, open) => {
  test('another instance that is already running sees it and obeys it', async () => {
    const file = aFile()
    await using g = await history(open(file))
    const beside = another(g, open(file))
    await g.brings('one')
    // It has the entry in its own memory by now.
    await seen(beside(g.url))
    await g.entry.setPolicy({ ttl: '1d' })
    await g.fetch.idle()
    expect(['1d', DAY]).toContain((await beside.entry(g.url).policy()).ttl)
    const hits = g.origin.hits('/f')
    expect((await seen(beside(g.url))).outcome).toBe('hit')
    expect(g.origin.hits('/f')).toBe(hits)
  })

  test('after a restart it is there, word for word, and obeyed', async () => {
    const file = aFile()
    await using g = await history(open(file))
    const policy = {
      ttl: Number.POSITIVE_INFINITY,
      retry: { attempts: 2 },
      fallback: { cooldown: 0, maxStale: '30d', on: ['network' as const, 404] },
      tags: ['prices'],
      meta: { why: 'the tariff', seen: [1, null, 'é'] },
      guards: { shrink: 'refuse' as const },
    }
    await g.entry.setPolicy(policy)
    await g.brings('one')
    const said = await g.entry.policy()
    expect(said.ttl).toBe(Number.POSITIVE_INFINITY)
    await g.fetch.close()
    const after = another(g, open(file))
    expect(await after.entry(g.url).policy()).toEqual(said)
    await g.clock.advance(3650 * DAY)
    expect(await seen(after(g.url))).toMatchObject({ text: 'one', outcome: 'hit' })
    expect(g.origin.hits('/f')).toBe(1)
  })
})

test('a date in a policy is a date after a restart', async () => {
  const file = aFile()
  await using g = await history([sqlite(file)])
  await g.brings('one', 'two')
  const asOf = new Date(g.clock.now() - 1.5 * HOUR)
  await g.entry.setPolicy({ prefer: { asOf } })
  await g.fetch.close()
  const after = another(g, [sqlite(file)])
  expect(await seen(after(g.url))).toMatchObject({ text: 'one', outcome: 'hit' })
  const { prefer } = await after.entry(g.url).policy()
  expect(new Date((prefer as { asOf: Date }).asOf)).toEqual(asOf)
})
