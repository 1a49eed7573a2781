import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { byRequest, counting, ok } from '../../helpers/origin/index.ts'
import { die, seen } from '../download/given.ts'
import { aFile, another, DAY, history, places, SECOND, thrownBy } from './histories.ts'

// Invalidated is stale, not gone: asked again at the next call, and given when nobody answers.
const FRESH = { ttl: '30d' }

describe.each(places)('over %s', (_, tiers) => {
  test('by URL: asked again at once, also within the millisecond; then fresh again; still there to fall back to', async () => {
    await using g = await history(tiers(), FRESH)
    await g.atOnce('one')
    expect((await seen(g.fetch(g.url))).outcome).toBe('hit')
    await g.fetch.cache.invalidate({ url: g.url })
    g.origin.script('/f', ok('two'))
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'two', outcome: 'miss' })
    await g.clock.advance(SECOND)
    await g.fetch.cache.invalidate({ url: g.url })
    await g.clock.advance(SECOND)
    expect((await seen(g.fetch(g.url))).outcome).toBe('revalidated')
    expect((await seen(g.fetch(g.url))).outcome).toBe('hit')
    await g.fetch.cache.invalidate({ url: g.url })
    await die(g.origin)
    expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'two', outcome: 'fallback' })
    expect(await g.texts()).toEqual(['one', 'two'])
  })

  test('by URL: all partitions, all groups, all variants of it, and no other URL', async () => {
    await using g = await history(tiers(), FRESH)
    const varied = byRequest((request) => ok(String(request.headers.accept), { headers: { Vary: 'Accept' } }))
    for (const path of ['/v', '/w', '/vv']) g.origin.script(path, varied)
    const call = async (path: string): Promise<(string | undefined)[]> => {
      const outcomes: (string | undefined)[] = []
      for (const authorization of ['Bearer a', 'Bearer b']) {
        for (const accept of ['x/x', 'y/y']) {
          const answer = await seen(g.fetch(g.origin.url(path), { headers: { authorization, accept } }))
          expect(answer.text).toBe(accept)
          outcomes.push(answer.outcome)
        }
      }
      outcomes.push((await seen(g.fetch(g.origin.url(path), { headers: { accept: 'x/x' }, holdfast: { group: 'g' } }))).outcome)
      return outcomes
    }
    const [hits, asked] = [Array(5).fill('hit'), Array(5).fill('revalidated')]
    for (const path of ['/v', '/w', '/vv']) await call(path)
    await g.clock.advance(SECOND)
    await g.fetch.cache.invalidate({ url: `${g.origin.url('/v')}#part` })
    await g.clock.advance(SECOND)
    expect([await call('/v'), await call('/w'), await call('/vv')]).toEqual([asked, hits, hits])
    expect(await call('/v')).toEqual(hits)
  })

  test('by tag, by group, by pattern: those and only those', async () => {
    await using g = await history(tiers(), FRESH)
    const calls = {
      '/a/1': { tags: ['x'] },
      '/a/2': { tags: ['x', 'y'], group: 'g' },
      '/b/1': { tags: ['y'] },
      '/b/2': { group: 'g' },
    }
    const asked = async (): Promise<string[]> => {
      const before = new Map(Object.keys(calls).map((path) => [path, g.origin.hits(path)]))
      for (const [path, holdfast] of Object.entries(calls)) await seen(g.fetch(g.origin.url(path), { holdfast }))
      await g.clock.advance(SECOND)
      return Object.keys(calls).filter((path) => g.origin.hits(path) !== before.get(path))
    }
    for (const path of Object.keys(calls)) g.origin.script(path, ok(path))
    await asked()
    expect(await asked()).toEqual([])
    await g.fetch.cache.invalidate({ tag: 'x' })
    await g.clock.advance(SECOND)
    expect(await asked()).toEqual(['/a/1', '/a/2'])
    await g.fetch.cache.invalidate({ group: 'g' })
    await g.clock.advance(SECOND)
    expect(await asked()).toEqual(['/a/2', '/b/2'])
    await g.fetch.cache.invalidate({ match: g.origin.url('/b/*') })
    await g.clock.advance(SECOND)
    expect(await asked()).toEqual(['/b/1', '/b/2'])
    await g.fetch.cache.invalidate({ tag: 'g' })
    await g.fetch.cache.invalidate({ group: 'x' })
    expect(await asked()).toEqual([])
  })

  test('while the download is under way: what was asked before the word is not fresh after it', async () => {
    await using g = await history(tiers(), FRESH)
    await g.atOnce('one')
    await g.clock.advance(SECOND)
    await Promise.all([seen(g.fetch(g.url, { cache: 'reload' })), g.fetch.cache.invalidate({ url: g.url })])
    await g.fetch.cache.invalidate({ url: g.url })
    const hits = g.origin.hits('/f')
    await seen(g.fetch(g.url))
    expect(g.origin.hits('/f')).toBe(hits + 1)
  })

  test('nothing is named, two wrong names, and what is not there', async () => {
    await using g = await history(tiers(), FRESH)
    await g.atOnce('one')
    for (const what of [
      {},
      { urls: [g.url] },
      { tags: ['x'] },
      { url: g.url, tagg: 'x' },
      { url: 'no url' },
      { match: 'http://[' },
    ]) {
      const error = await thrownBy(() => g.fetch.cache.invalidate(what as object))
      expect(error, JSON.stringify(what)).toBeInstanceOf(TypeError)
      for (const name of ['urls', 'tags', 'tagg']) if (name in what) expect(error.message).toContain(name)
      expect(await thrownBy(() => g.fetch.cache.delete(what as object))).toBeInstanceOf(TypeError)
    }
    for (const what of [
      { url: g.origin.url('/none') },
      { tag: 'none' },
      { group: 'none' },
      { match: 'https://none.example/*' },
    ]) {
      expect(await g.fetch.cache.invalidate(what)).toBeUndefined()
    }
    expect((await seen(g.fetch(g.url))).outcome).toBe('hit')
  })
})

test('another instance on the same file obeys, and after a restart it is still so', async () => {
  const file = aFile()
  await using g = await history([memory(), sqlite(file)], FRESH)
  for (const [path, tag] of [
    ['/a', 'x'],
    ['/b', 'y'],
  ] as const) {
    g.origin.script(path, counting())
    await seen(g.fetch(g.origin.url(path), { holdfast: { tags: [tag] } }))
  }
  const beside = another(g, [sqlite(file)], FRESH)
  await seen(beside(g.origin.url('/a')))
  await g.clock.advance(SECOND)
  await g.fetch.cache.invalidate({ tag: 'x' })
  await g.fetch.cache.invalidate({ url: g.origin.url('/b') })
  await g.fetch.idle()
  await g.clock.advance(DAY)
  expect((await seen(beside(g.origin.url('/a')))).text).toBe('2')
  await g.fetch.close()
  const after = another(g, [memory(), sqlite(file)], FRESH)
  expect((await seen(after(g.origin.url('/b')))).text).toBe('2')
  expect((await seen(after(g.origin.url('/a')))).text).toBe('2')
})
