import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { createCachedFetch, inspect } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { die, given, seen } from '../download/given.ts'
import { folder, get, names, places } from './upkeep.ts'

const TAGGED = { holdfast: { tags: ['prices'] } }
const APART = { holdfast: { group: 'g' } }

describe.each(places)('over %s', (_, tiers) => {
  test('by URL, tag, group and pattern: what is meant is asked for anew, and nothing else', async () => {
    await using g = await given({ tiers: tiers(), ttl: '1d' })
    for (const path of ['/url', '/tag', '/group', '/match/1', '/none']) g.origin.script(path, ok('x'))
    const calls: [string, object][] = [
      ['/url', {}],
      ['/tag', TAGGED],
      ['/group', APART],
      ['/match/1', {}],
      ['/none', { holdfast: { tags: ['others'] } }],
    ]
    const fetchAll = async (): Promise<void> => {
      for (const [path, init] of calls) await get(g, path, init)
    }
    await fetchAll()
    await g.clock.advance(1_000)
    const { cache } = g.fetch
    await cache.invalidate({ url: `${g.origin.url('/url')}#part` })
    await cache.invalidate({ tag: 'prices' })
    await cache.invalidate({ group: 'g' })
    await cache.invalidate({ match: '/match/*' })
    await g.clock.advance(1_000)
    await fetchAll()
    expect(calls.map(([path]) => g.origin.hits(path))).toEqual([2, 2, 2, 2, 1])
    await fetchAll()
    expect(calls.map(([path]) => g.origin.hits(path))).toEqual([2, 2, 2, 2, 1])
  })

  test('what is invalidated is still there to fall back to', async () => {
    await using g = await given({ tiers: tiers(), ttl: '1d', retry: false })
    g.origin.script('/f', ok('x'))
    await get(g, '/f', TAGGED)
    await g.clock.advance(1_000)
    await g.fetch.cache.invalidate({ tag: 'prices' })
    await die(g.origin)
    const answer = await g.fetch(g.origin.url('/f'), TAGGED)
    expect([await answer.text(), inspect(answer)?.outcome]).toEqual(['x', 'fallback'])
  })

  test('by URL all partitions and variants', async () => {
    await using g = await given({ tiers: tiers(), ttl: '1d' })
    g.origin.script('/f', ok('x', { headers: { Vary: 'Accept-Language' } }))
    const asking = ['de', 'fr'].flatMap((language) =>
      ['a', 'b'].map((user) => ({ headers: { 'Accept-Language': language, Authorization: user } })),
    )
    for (const init of asking) await get(g, '/f', init)
    await g.clock.advance(1_000)
    await g.fetch.cache.invalidate({ url: new Request(g.origin.url('/f')) })
    await g.clock.advance(1_000)
    for (const init of asking) await get(g, '/f', init)
    expect(g.origin.hits('/f')).toBe(8)
  })
})

test('a mark reaches entries in another process, in memory of which they are, at the next look into the tier', async () => {
  const file = join(folder(), 'cache.db')
  await using g = await given({ tiers: [sqlite(file)], ttl: '1d' })
  g.origin.script('/f', inOrder(ok('one'), ok('two')))
  await get(g, '/f', TAGGED)
  const other = createCachedFetch({ tiers: [sqlite(file)], clock: g.clock, ttl: '1d' })
  await g.clock.advance(1_000)
  await other.cache.invalidate({ tag: 'prices' })
  await other.close()
  await g.clock.advance(1_000)
  expect(await get(g, '/f', TAGGED)).toBe('two')
})

test('a tag is no group, and neither is a URL', async () => {
  await using g = await given({ tiers: [memory()], ttl: '1d' })
  g.origin.script('/f', ok('x'))
  await get(g, '/f', { holdfast: { tags: ['t'], group: 'g' } })
  await g.clock.advance(1_000)
  await g.fetch.cache.invalidate({ tag: 'g' })
  await g.fetch.cache.invalidate({ group: 't' })
  await g.clock.advance(1_000)
  await get(g, '/f', { holdfast: { tags: ['t'], group: 'g' } })
  expect(g.origin.hits('/f')).toBe(1)
})

describe.each(places)('delete over %s', (_, tiers) => {
  test('by URL, tag, group and pattern: gone from all tiers, and asked for anew', async () => {
    await using g = await given({ tiers: tiers(), ttl: '1d', retry: false })
    for (const path of ['/url', '/tag', '/group', '/match', '/none']) g.origin.script(path, ok('x'))
    await get(g, '/url')
    await get(g, '/url', { headers: { Authorization: 'another' } })
    await get(g, '/tag', TAGGED)
    await get(g, '/group', APART)
    await get(g, '/match')
    await get(g, '/none')
    const { cache } = g.fetch
    const counts = [
      await cache.delete({ url: g.origin.url('/url') }),
      await cache.delete({ tag: 'prices' }),
      await cache.delete({ group: 'g' }),
      await cache.delete({ match: '*://*:*/m*' }),
      await cache.delete({ tag: 'nobody' }),
    ]
    expect(counts).toEqual([2, 1, 1, 1, 0])
    expect(await names(cache.entries())).toEqual(['none'])
    expect(await cache.delete({ url: g.origin.url('/url') })).toBe(0)
    await die(g.origin)
    expect((await seen(g.fetch(g.origin.url('/tag'), TAGGED))).rejected).toBe('CONNECT')
    expect((await seen(g.fetch(g.origin.url('/none')))).text).toBe('x')
  })

  test('what comes after it stays', async () => {
    await using g = await given({ tiers: tiers(), ttl: '1d' })
    g.origin.script('/f', inOrder(ok('one'), ok('two')))
    await get(g, '/f')
    await g.fetch.cache.delete({ url: g.origin.url('/f') })
    expect([await get(g, '/f'), await get(g, '/f')]).toEqual(['two', 'two'])
    expect(await g.fetch.entry(g.origin.url('/f')).versions()).toHaveLength(1)
  })
})

test('much that is invalidated, or written to, puts nothing out of a small memory', async () => {
  await using g = await given({ tiers: [memory({ maxBytes: '64KB' })], ttl: '1d' })
  g.origin.script('/f', ok('x'.repeat(30_000)))
  await get(g, '/f')
  for (let n = 0; n < 300; n++) await g.fetch.cache.invalidate({ tag: `t${n}` })
  await get(g, '/f')
  expect(g.origin.hits('/f')).toBe(1)
})
