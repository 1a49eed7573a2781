import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { seen } from '../download/given.ts'
import { readerOf, take } from '../download/reading.ts'
import { keysOf } from './bodies-at-rest.ts'
import { aFile, all, another, HOUR, history, places, SECOND } from './histories.ts'

// Deleted is gone: from every tier, for every later reader; and what is stored after it is there.
const FRESH = { ttl: '30d' }

describe.each(places)('over %s', (_, tiers) => {
  test('by URL: one entry for each partition and group; gone, and counted once', async () => {
    await using g = await history(tiers(), FRESH)
    await g.atOnce('one', 'two')
    for (const holdfast of [{ partition: 'ann' }, { group: 'team' }]) await seen(g.fetch(g.url, { holdfast }))
    g.origin.script('/g', ok('x'))
    await seen(g.fetch(g.origin.url('/g')))
    expect(await g.fetch.cache.delete({ url: g.url })).toBe(3)
    expect(await g.fetch.cache.delete({ url: g.url })).toBe(0)
    expect(await g.fetch.cache.has(g.url)).toBe(false)
    expect(await g.fetch.cache.has(g.url, { holdfast: { partition: 'ann' } })).toBe(false)
    expect(await g.fetch.cache.has(g.origin.url('/g'))).toBe(true)
    expect(await all(g.entry)).toEqual([])
    const left: string[] = []
    for await (const { url } of g.fetch.cache.entries()) left.push(url)
    expect(left).toEqual([g.origin.url('/g')])
    expect(await seen(g.fetch.extend({ mode: 'offline' })(g.url))).toEqual({ rejected: 'NOT_CACHED' })
  })

  test('by tag, by group, by pattern: as many as there are', async () => {
    await using g = await history(tiers(), FRESH)
    for (let n = 0; n < 40; n += 1) {
      g.origin.script(`/p${n % 4}/${n}`, ok('x'))
      const holdfast = { tags: [`t${n % 2}`, 'all'], group: n % 5 ? 'default' : 'five' }
      await seen(g.fetch(g.origin.url(`/p${n % 4}/${n}`), { holdfast }))
    }
    expect(await g.fetch.cache.delete({ group: 'five' })).toBe(8)
    expect(await g.fetch.cache.delete({ match: g.origin.url('/p3/*') })).toBe(8)
    expect(await g.fetch.cache.delete({ tag: 't1' })).toBe(8)
    expect(await g.fetch.cache.delete({ tag: 'none' })).toBe(0)
    expect(await g.fetch.cache.delete({ tag: 'all' })).toBe(16)
    expect(await g.fetch.cache.entries()[Symbol.asyncIterator]().next()).toMatchObject({ done: true })
  })

  test('stored again within the same millisecond: it is there, and nothing of the old one is', async () => {
    await using g = await history(tiers(), FRESH)
    await g.atOnce('one')
    await g.entry.label('good')
    await g.entry.pin()
    await g.entry.delete()
    expect(await g.entry.version('latest')).toBeUndefined()
    g.origin.script('/f', ok('one'))
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'one', outcome: 'miss' })
    expect((await seen(g.fetch(g.url))).outcome).toBe('hit')
    expect((await all(g.entry)).map(({ labels, pinned }) => [labels, pinned])).toEqual([[[], false]])
    await g.entry.delete()
    expect(await g.fetch.cache.has(g.url)).toBe(false)
  })

  test('a failed verdict goes with the entry: the same bytes are taken again', async () => {
    await using g = await history(tiers(), FRESH)
    await g.atOnce('one')
    await g.entry.label('failed')
    await g.entry.delete()
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'one', outcome: 'miss' })
  })

  test('who reads its body reads it to the end', async () => {
    const body = pseudoRandom(3_000_000, 'read')
    await using g = await history(tiers(), FRESH)
    await g.atOnce(body)
    const reader = readerOf(await g.fetch(g.url))
    const half = await take(reader, 1_000_000)
    await g.fetch.cache.delete({ url: g.url })
    await g.fetch.cache.sweep()
    await g.clock.advance(2 * HOUR)
    await g.fetch.cache.sweep()
    expect(sha256(Buffer.concat([half, await take(reader, Number.POSITIVE_INFINITY)]))).toBe(sha256(body))
  })

  test('deleted while labels are said: it does not come back as a ghost', async () => {
    await using g = await history(tiers(), FRESH)
    await g.atOnce('one')
    await Promise.allSettled([g.entry.label('a1'), g.entry.delete(), g.entry.label('a2'), g.entry.pin()])
    await g.fetch.cache.delete({ url: g.url })
    expect(await g.fetch.cache.has(g.url)).toBe(false)
    expect(await all(g.entry)).toEqual([])
  })
})

test('gone from every tier, and after a restart', async () => {
  const [file, body] = [aFile(), pseudoRandom(3_000_000, 'gone')]
  const store = sqlite(file)
  await using g = await history([memory(), store], FRESH)
  await g.brings(body, 'two')
  await g.entry.setPolicy({ ttl: '1d' })
  expect(await g.fetch.cache.delete({ tag: 'none' })).toBe(0)
  await g.entry.delete()
  await g.fetch.idle()
  expect(await keysOf(store, 'v')).toEqual([])
  await g.fetch.close()
  const after = another(g, [memory(), sqlite(file)], { mode: 'offline' })
  expect(await seen(after(g.url))).toEqual({ rejected: 'NOT_CACHED' })
  expect(await after.entry(g.url).versions()).toEqual([])
  expect(await after.cache.entries()[Symbol.asyncIterator]().next()).toMatchObject({ done: true })
})

test('an instance beside it that wrote before the word does not bring it back by writing after it', async () => {
  const file = aFile()
  await using g = await history([sqlite(file)], FRESH)
  await g.atOnce('one')
  const beside = another(g, [memory(), sqlite(file)], FRESH)
  await seen(beside(g.url))
  await g.clock.advance(SECOND)
  expect(await g.fetch.cache.delete({ url: g.url })).toBe(1)
  await beside
    .entry(g.url)
    .label('late')
    .catch(() => undefined)
  await beside.idle()
  await g.clock.advance(SECOND)
  // A merge with the removal keeps it removed: neither the version nor its label is on the file again.
  const third = another(g, [sqlite(file)], { mode: 'offline' })
  expect(await third.cache.has(g.url)).toBe(false)
})
