import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { die, seen } from '../download/given.ts'
import { aFile, all, another, type History, HOUR, history, places, textOf, thrownBy } from './histories.ts'

// Everything, into another store: an instance over the copy gives the same answers, alone and offline.
const BIG = pseudoRandom(3_000_000, 'big')

/** Three versions with labels, a pin and a policy; a 3 MB body; another entry in a group, with tags and meta. */
async function filled(tiers: Store[]): Promise<History> {
  const g = await history(tiers, { ttl: '30d' })
  await g.brings('one', BIG, 'three')
  const [first = '', second = '', third = ''] = await g.ids()
  await g.entry.label('app-1.4', { version: first })
  await g.entry.pin({ version: second })
  await g.entry.label('failed', { version: third, reason: 'no totals' })
  await g.entry.setPolicy({ ttl: '9d', retry: { attempts: 2 } })
  g.origin.script('/g', ok('other'))
  await seen(g.fetch(g.origin.url('/g'), { holdfast: { group: 'team', tags: ['x', 'y'], meta: { why: 'a test' } } }))
  await g.fetch.idle()
  return g
}

async function expectAll(g: History, copy: Store): Promise<void> {
  const fetch = another(g, [copy], { mode: 'offline' })
  const entry = fetch.entry(g.url)
  expect(await all(entry)).toEqual((await all(g.entry)).map((version) => ({ ...version, headers: expect.any(Headers) })))
  expect((await all(entry)).map(({ labels, pinned }) => [[...labels], pinned])).toEqual([
    [['failed'], false],
    [[], true],
    [['app-1.4'], false],
  ])
  for (const { id, digest } of await all(entry)) {
    const bytes = new Uint8Array((await (await (await entry.version(id))?.response())?.arrayBuffer()) ?? new ArrayBuffer(0))
    expect(digest).toContain(sha256(bytes))
  }
  expect(await entry.policy()).toEqual(await g.entry.policy())
  expect(sha256(new Uint8Array(await (await fetch(g.url)).arrayBuffer()))).toBe(sha256(BIG))
  const tagged: unknown[] = []
  for await (const info of fetch.cache.entries({ tag: 'y', group: 'team' })) tagged.push(info)
  expect(tagged).toMatchObject([{ url: g.origin.url('/g'), group: 'team', meta: { why: 'a test' } }])
  expect((await fetch.cache.audit({ repair: false })).damaged).toEqual([])
}

describe.each(places)('from %s', (_, tiers) => {
  test.each([
    ['a file', () => sqlite(aFile())],
    ['memory', () => memory()],
  ])('into %s: all of it', async (_name, open) => {
    await using g = await filled(tiers())
    const copy = open()
    const report = await g.fetch.cache.copyTo(copy)
    expect(report.entries).toBe(2)
    expect(report.bytes).toBeGreaterThanOrEqual(BIG.length + 'one'.length + 'three'.length + 'other'.length)
    await die(g.origin)
    await expectAll(g, copy)
    // Again: the same, and nothing twice.
    await g.fetch.cache.copyTo(copy)
    await expectAll(g, copy)
  })

  test('over a store with entries of its own: both are there', async () => {
    await using g = await filled(tiers())
    const file = aFile()
    const target = another(g, [sqlite(file)])
    g.origin.script('/own', ok('own'))
    await seen(target(g.origin.url('/own')))
    g.origin.script('/f', ok('four'))
    await seen(target(g.url))
    await target.entry(g.url).label('mine')
    await g.clock.advance(HOUR)
    await g.fetch.cache.copyTo(sqlite(file))
    const reader = another(g, [sqlite(file)], { mode: 'offline' })
    const entry = reader.entry(g.url)
    expect((await all(entry)).map(({ labels }) => [...labels])).toEqual([['mine'], ['failed'], [], ['app-1.4']])
    expect([await textOf(entry, { label: 'mine' }), await textOf(entry, { label: 'app-1.4' })]).toEqual(['four', 'one'])
    expect((await seen(reader(g.origin.url('/own')))).text).toBe('own')
    expect((await seen(reader(g.origin.url('/g'), { holdfast: { group: 'team' } }))).text).toBe('other')
  })

  test('while writes go on: what the copy lists, it has whole', async () => {
    await using g = await filled(tiers())
    let copying = true
    let written = 0
    const writes = (async () => {
      while (copying && written < 200) {
        written += 1
        const path = `/w${written % 7}`
        g.origin.script(path, ok(pseudoRandom(100_000 + written, `${written}`)))
        await seen(g.fetch(g.origin.url(path), { cache: 'reload' }))
        await g.entry.label(`during-${written}`)
      }
    })()
    const copy = sqlite(aFile())
    await g.fetch.cache.copyTo(copy)
    copying = false
    await writes
    const reader = another(g, [copy], { mode: 'offline' })
    let checked = 0
    for await (const { url, group } of reader.cache.entries()) {
      const entry = reader.entry(url, { holdfast: { group } })
      for (const { id, digest } of await all(entry)) {
        const bytes = new Uint8Array((await (await (await entry.version(id))?.response())?.arrayBuffer()) ?? new ArrayBuffer(0))
        expect(digest).toContain(sha256(bytes))
        checked += 1
      }
    }
    expect(checked).toBeGreaterThanOrEqual(4)
    expect((await reader.cache.audit({ repair: false })).damaged).toEqual([])
  })
})

test('what is no store is refused; a store that fails is an error, and the source is as it was', async () => {
  await using g = await filled([sqlite(':memory:')])
  for (const wrong of [undefined, {}, 'file.db', null]) {
    expect(await thrownBy(() => g.fetch.cache.copyTo(wrong as unknown as Store))).toBeInstanceOf(TypeError)
  }
  const failing = chaos(sqlite(':memory:'), { faults: [{ do: 'throw', on: ['set', 'setMany'] }] })
  expect(await thrownBy(() => g.fetch.cache.copyTo(failing))).toBeInstanceOf(Error)
  expect(await all(g.entry)).toHaveLength(3)
})
