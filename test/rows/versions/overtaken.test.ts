import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import type { CachedFetch, CallOptions, Store } from '../../../src/index.ts'
import { gate, ok, status } from '../../helpers/origin/index.ts'
import { seen } from '../download/given.ts'
import { heard } from '../stores/given.ts'
import { aFile, all, another, type History, history, places, SECOND, thrownBy } from './histories.ts'

// Somebody deletes, or makes stale, what is being downloaded at this moment: the word is about what was asked for before it.
const CALL: { holdfast: CallOptions } = { holdfast: { tags: ['t'], group: 'g' } }
type Word = (fetch: CachedFetch, url: string) => Promise<unknown>
const DELETIONS: [string, Word][] = [
  ['entry.delete', (fetch, url) => fetch.entry(url, CALL).delete()],
  ['by url', (fetch, url) => fetch.cache.delete({ url })],
  ['by pattern', (fetch, url) => fetch.cache.delete({ match: url.replace(/f$/, '*') })],
  ['by tag', (fetch) => fetch.cache.delete({ tag: 't' })],
  ['by group', (fetch) => fetch.cache.delete({ group: 'g' })],
]
const DOUBTS: [string, Word][] = [
  ['by url', (fetch, url) => fetch.cache.invalidate({ url })],
  ['by pattern', (fetch, url) => fetch.cache.invalidate({ match: url.replace(/f$/, '*') })],
  ['by tag', (fetch) => fetch.cache.invalidate({ tag: 't' })],
  ['by group', (fetch) => fetch.cache.invalidate({ group: 'g' })],
]

/** What a caller gets whose download was under way when the word was said. */
async function overtaken(
  g: History,
  word: () => Promise<unknown>,
  call: Partial<typeof CALL> = CALL,
): Promise<string | undefined> {
  const held = gate(ok('asked before'))
  g.origin.script('/f', held)
  const asked = seen(g.fetch(g.url, { ...call, cache: 'reload' }))
  await held.arrived
  await word()
  held.release()
  const { text } = await asked
  await g.fetch.idle()
  g.origin.script('/f', ok('asked after'))
  return text
}

describe.each(places)('over %s', (_, tiers) => {
  describe.each(['unknown until then', 'stored before'])('an entry that was %s', (known) => {
    test.each(DELETIONS)('deleted %s: who waits is answered, and nothing of it stays', async (_name, word) => {
      await using g = await history(tiers(), { ttl: '30d' })
      g.origin.script('/f', ok('the first'))
      if (known === 'stored before') await seen(g.fetch(g.url, CALL))
      expect(await overtaken(g, () => word(g.fetch, g.url))).toBe('asked before')
      expect(await all(g.fetch.entry(g.url, CALL))).toEqual([])
      expect(await Array.fromAsync(g.fetch.cache.entries())).toEqual([])
      expect(await seen(g.fetch(g.url, CALL))).toMatchObject({ text: 'asked after', outcome: 'miss' })
      expect((await seen(g.fetch(g.url, CALL))).outcome).toBe('hit')
    })

    test.each(DOUBTS)('made stale %s: it is there, and not fresh', async (_name, word) => {
      await using g = await history(tiers(), { ttl: '30d' })
      g.origin.script('/f', ok('the first'))
      if (known === 'stored before') await seen(g.fetch(g.url, CALL))
      expect(await overtaken(g, () => word(g.fetch, g.url))).toBe('asked before')
      expect((await all(g.fetch.entry(g.url, CALL))).length).toBe(known === 'stored before' ? 2 : 1)
      expect(await seen(g.fetch(g.url, CALL))).toMatchObject({ text: 'asked after', outcome: 'miss' })
    })
  })

  test('a call after the word does not join, and what it brings stays', async () => {
    await using g = await history(tiers(), { ttl: '30d' })
    const held = gate(ok('asked before'))
    g.origin.script('/f', held, ok('asked after'))
    const before = seen(g.fetch(g.url))
    await held.arrived
    await g.entry.delete()
    expect((await seen(g.fetch(g.url))).text).toBe('asked after')
    held.release()
    expect((await before).text).toBe('asked before')
    await g.fetch.idle()
    expect(await g.texts()).toEqual(['asked after'])
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'asked after', outcome: 'hit' })
  })

  test('what other entries download at that moment stays', async () => {
    await using g = await history(tiers(), { ttl: '30d' })
    await overtaken(g, () => g.fetch.cache.delete({ url: g.origin.url('/other') }))
    await overtaken(g, () => g.fetch.cache.delete({ tag: 'other' }))
    expect(await seen(g.fetch(g.url, CALL))).toMatchObject({ text: 'asked before', outcome: 'hit' })
  })

  test('what is refused when it comes is not kept either', async () => {
    await using g = await history(tiers(), { ttl: '30d' })
    const held = gate(ok('asked before'))
    g.origin.script('/f', held)
    const check = (): never => {
      throw new Error('not this')
    }
    const asked = thrownBy(() => g.fetch(g.url, { holdfast: { check } }))
    await held.arrived
    await g.entry.delete()
    held.release()
    expect((await asked).message).toMatch(/not this/)
    await g.fetch.idle()
    expect(await all(g.entry)).toEqual([])
  })

  test('what is confirmed by a 304 when it is deleted does not come back', async () => {
    await using g = await history(tiers(), { ttl: '30d' })
    g.origin.script('/f', ok('the first', { etag: '"a"' }))
    await seen(g.fetch(g.url))
    const held = gate(status(304, { etag: '"a"' }))
    g.origin.script('/f', held)
    const asked = seen(g.fetch(g.url, { cache: 'no-cache' }))
    await held.arrived
    await g.entry.delete()
    held.release()
    expect((await asked).text).toBe('the first')
    await g.fetch.idle()
    expect(await all(g.entry)).toEqual([])
  })
})

test('it leaves nothing in memory, and is not told as stored', async () => {
  const store = memory()
  await using g = await history([store], { ttl: '30d' })
  const told = heard(g.fetch, 'stored')
  await overtaken(g, () => g.entry.delete(), {})
  expect([...(store.live?.keys?.() ?? [])]).toEqual([])
  expect(told).toEqual([])
  await seen(g.fetch(g.url))
  expect(told.length).toBe(1)
})

test('deleted while it is being written', async () => {
  const store = sqlite(':memory:')
  const write = store.compareAndSet?.bind(store) as NonNullable<Store['compareAndSet']>
  const [begun, ends] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const compareAndSet: typeof write = async (...args) => {
    begun.resolve()
    await ends.promise
    return write(...args)
  }
  await using g = await history([Object.assign(store, { compareAndSet })], { ttl: '30d' })
  g.origin.script('/f', ok('asked before'), ok('asked after'))
  const asked = seen(g.fetch(g.url))
  await begun.promise
  await g.fetch.cache.delete({ url: g.url })
  ends.resolve()
  expect((await asked).text).toBe('asked before')
  expect(await all(g.entry)).toEqual([])
  expect((await seen(g.fetch(g.url))).text).toBe('asked after')
})

test('deleted by a tag that an earlier call gave', async () => {
  await using g = await history([sqlite(aFile())], { ttl: '30d' })
  g.origin.script('/f', ok('the first'))
  await seen(g.fetch(g.url, CALL))
  await overtaken(g, () => g.fetch.cache.delete({ tag: 't' }), { holdfast: { group: 'g' } })
  expect(await all(g.fetch.entry(g.url, CALL))).toEqual([])
})

test('one that waits in line when the word is said asks after it: that stays', async () => {
  await using g = await history([sqlite(aFile())], { ttl: '30d', limits: { concurrency: 1 } })
  const held = gate(ok('in front'))
  g.origin.script('/front', held)
  g.origin.script('/f', ok('asked after'))
  const front = seen(g.fetch(g.origin.url('/front')))
  await held.arrived
  const waiting = seen(g.fetch(g.url))
  await g.clock.advance(SECOND)
  await g.entry.delete()
  await g.clock.advance(SECOND)
  held.release()
  await Promise.all([front, waiting])
  expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'asked after', outcome: 'hit' })
})

// A file forgets deletions by the machine's own clock.
const today = (): ManualClock => manualClock(Date.now())

test('deleted by another instance on the same file', async () => {
  const file = aFile()
  await using g = await history([sqlite(file)], { ttl: '30d' }, today())
  await g.atOnce('the first')
  await g.clock.advance(SECOND)
  const beside = another(g, [sqlite(file)])
  expect(await overtaken(g, () => beside.entry(g.url).delete(), { holdfast: {} })).toBe('asked before')
  expect(await all(g.entry)).toEqual([])
  expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'asked after', outcome: 'miss' })
})

test('a deletion in time to come, by a clock that was set back since, takes nothing', async () => {
  const file = aFile()
  await using g = await history([sqlite(file)], { ttl: '30d' }, today())
  await g.atOnce('the first')
  await g.clock.advance(SECOND)
  await another(g, [sqlite(file)])
    .entry(g.url)
    .delete()
  g.clock.jump(-10 * SECOND)
  await g.atOnce('the second')
  expect((await seen(g.fetch(g.url))).outcome).toBe('hit')
})
