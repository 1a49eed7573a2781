import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import type { CachedFetch, CallOptions, EntryInfo } from '../../../src/index.ts'
import { byRequest, ok } from '../../helpers/origin/index.ts'
import { seen } from '../download/given.ts'
import { aFile, another, type History, HOUR, history, places, thrownBy } from './histories.ts'

// What is in the cache: each entry once, in the order of keys, while the cache goes on working (B25, B31).
type Filter = Parameters<CachedFetch['cache']['entries']>[0]

async function listed(fetch: CachedFetch, filter?: Filter): Promise<EntryInfo[]> {
  const infos: EntryInfo[] = []
  for await (const info of fetch.cache.entries(filter)) infos.push(info)
  return infos
}

async function store(g: History, count: number, prefix = '/e'): Promise<string[]> {
  const urls = Array.from({ length: count }, (_, n) => g.origin.url(`${prefix}${n}`))
  for (let n = 0; n < count; n += 1) {
    g.origin.script(`${prefix}${n}`, ok(`body ${n}`))
    await seen(g.fetch(urls[n] ?? ''))
  }
  return urls.toSorted()
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

describe.each(places)('over %s', (_, tiers) => {
  test('what is told of an entry', async () => {
    await using g = await history(tiers())
    const holdfast = { group: 'team', tags: ['prices', 'eu'], meta: { why: 'the tariff' } }
    for (const body of ['one', 'three']) {
      g.origin.script('/f', ok(body))
      await seen(g.fetch(g.url, { cache: 'reload', holdfast }))
      await g.clock.advance(HOUR)
    }
    const [info, ...rest] = await listed(g.fetch)
    expect(rest).toEqual([])
    expect(info).toMatchObject({ method: 'GET', url: g.url, group: 'team', meta: { why: 'the tariff' }, versions: 2 })
    expect([...(info?.tags ?? [])].toSorted()).toEqual(['eu', 'prices'])
    expect(info?.bytes).toBe('one'.length + 'three'.length)
    expect(info?.lastRequestedAt).toEqual(new Date(g.clock.now() - HOUR))
    expect(info?.key).toBeTypeOf('string')
  })

  test('by group, by tag, by pattern; nothing that matches: nothing', async () => {
    await using g = await history(tiers())
    const calls: [string, CallOptions][] = [
      ['/a/1', { group: 'g1', tags: ['x'] }],
      ['/a/2', { group: 'g2', tags: ['x', 'y'] }],
      ['/b/1', { tags: ['y'] }],
      ['/b/2?q=/a/', {}],
    ]
    for (const [path, holdfast] of calls) {
      g.origin.script(path.split('?')[0] ?? '', ok('x'))
      await seen(g.fetch(g.origin.url(path), { holdfast }))
    }
    const paths = async (filter?: Filter): Promise<string[]> =>
      (await listed(g.fetch, filter)).map(({ url }) => url.slice(g.origin.url('').length)).toSorted()
    expect(await paths()).toEqual(['/a/1', '/a/2', '/b/1', '/b/2?q=/a/'])
    expect(await paths({ group: 'g1' })).toEqual(['/a/1'])
    expect(await paths({ group: 'default' })).toEqual(['/b/1', '/b/2?q=/a/'])
    expect(await paths({ tag: 'x' })).toEqual(['/a/1', '/a/2'])
    expect(await paths({ tag: 'y', group: 'g2' })).toEqual(['/a/2'])
    expect(await paths({ match: g.origin.url('/a/*') })).toEqual(['/a/1', '/a/2'])
    expect(await paths({ match: g.origin.url('/a/*'), tag: 'y' })).toEqual(['/a/2'])
    expect([await paths({ tag: 'no' }), await paths({ group: 'G1' }), await paths({ match: 'https://*/a' })]).toEqual([
      [],
      [],
      [],
    ])
  })

  test('in the order of keys', async () => {
    await using g = await history(tiers())
    await store(g, 60)
    const keys = (await listed(g.fetch)).map(({ key }) => key)
    expect(keys).toEqual(keys.toSorted(byText))
  })

  test('300 of them: each once, and on from any of them', async () => {
    await using g = await history(tiers())
    const urls = await store(g, 300)
    const infos = await listed(g.fetch)
    const keys = infos.map(({ key }) => key)
    expect(infos.map(({ url }) => url).toSorted()).toEqual(urls)
    expect(new Set(keys).size).toBe(300)
    for (const at of [0, 99, 298]) {
      expect((await listed(g.fetch, { after: keys[at] ?? '' })).map(({ key }) => key)).toEqual(keys.slice(at + 1))
    }
    expect(await listed(g.fetch, { after: keys.at(-1) ?? '' })).toEqual([])
    // A page of a list: who stops reading, and goes on later from what was read last.
    const page: string[] = []
    for await (const { key } of g.fetch.cache.entries()) if (page.push(key) === 100) break
    expect(page).toEqual(keys.slice(0, 100))
  })

  test('while entries are written and removed: those that stay all the time are listed once each', async () => {
    await using g = await history(tiers())
    const urls = await store(g, 120)
    const [gone, stay] = [urls.filter((_, n) => n % 6 === 0), urls.filter((_, n) => n % 6 !== 0)]
    const seenUrls: string[] = []
    for await (const { url } of g.fetch.cache.entries()) {
      const n = seenUrls.push(url)
      if (n % 6 === 0) await g.fetch.cache.delete({ url: gone.pop() ?? g.origin.url('/none') })
      g.origin.script(`/new${n}`, ok('new'))
      await seen(g.fetch(g.origin.url(`/new${n}`)))
      // Each listed entry is written again, so a list by the time of writing would never end.
      await seen(g.fetch(url, { cache: 'reload' }))
      if (n > 1_000) break
    }
    expect(new Set(seenUrls).size).toBe(seenUrls.length)
    expect(stay.filter((url) => !seenUrls.includes(url))).toEqual([])
  })

  test('one entry for all variants of a URL; one for each partition', async () => {
    await using g = await history(tiers())
    g.origin.script(
      '/v',
      byRequest((request) => ok(String(request.headers.accept), { headers: { Vary: 'Accept' } })),
    )
    for (const accept of ['a/a', 'b/b']) await seen(g.fetch(g.origin.url('/v'), { headers: { accept } }))
    expect(await listed(g.fetch)).toMatchObject([{ versions: 2, bytes: 6 }])
    for (const partition of ['ann', 'bob']) await seen(g.fetch(g.origin.url('/v'), { holdfast: { partition } }))
    const infos = await listed(g.fetch)
    expect([infos.length, new Set(infos.map(({ key }) => key)).size]).toEqual([3, 3])
  })

  test('wrong filters are refused by their names', async () => {
    await using g = await history(tiers())
    for (const [name, filter] of [
      ['grp', { grp: 'a' }],
      ['tags', { tags: ['a'] }],
      ['tag', { tag: 3 }],
      ['match', { match: 'http://[' }],
      ['after', { after: 7 }],
    ] as const) {
      const error = await thrownBy(() => listed(g.fetch, filter as Filter))
      expect([error instanceof TypeError, error.message]).toEqual([true, expect.stringContaining(name)])
    }
  })
})

test('after a restart: the same list, with tags and meta; no secret in a key', async () => {
  const file = aFile()
  await using g = await history([sqlite(file)])
  g.origin.script('/f', ok('one'))
  const headers = { authorization: 'Bearer canary-1234' }
  await seen(g.fetch(g.url, { headers, holdfast: { tags: ['t'], meta: [1, { link: 'https://doc.example' }] } }))
  const before = await listed(g.fetch)
  expect(JSON.stringify(before)).not.toContain('canary')
  await g.fetch.close()
  expect(await listed(another(g, [sqlite(file)]))).toEqual(before)
})

test('an empty list says that there is nothing: of a tier that cannot be listed nobody knows', async () => {
  const far = chaos(sqlite(':memory:'), { random: () => 0.5 })
  await using g = await history([memory(), far])
  far.chaos.use([{ do: 'throw', on: 'keys' }])
  await expect(listed(g.fetch)).rejects.toThrow('chaos: keys fails on purpose')
  const [url] = await store(g, 1)
  expect((await listed(g.fetch)).map((info) => info.url)).toEqual([url])
  expect(g.told('tier-error')[0]).toMatchObject({ tier: 'sqlite', operation: 'keys' })
})
