import { describe, expect, test } from 'vitest'
import type { CachedFetch } from '../../../src/index.ts'
import { gate, ok, status } from '../../helpers/origin/index.ts'
import { seen } from '../download/given.ts'
import { all, history, places, thrownBy } from './histories.ts'
import { CALL, overtaken } from './overtaking.ts'

// Somebody deletes, or makes stale, what is being downloaded at this moment: the word is about what was asked for before it.
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
