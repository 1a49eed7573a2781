import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folder as folderStore } from '../../../adapters/stores/folder.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { createCachedFetch, inspect, type Store } from '../../../src/index.ts'
import { sha256 } from '../../helpers/digest.ts'
import { type Origin, ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder, got } from './given.ts'

// A seed that is only read, below a tier of one's own (K70, K78).
const PUBLIC = { headers: { 'cache-control': 'public, max-age=3600' } } as const

const SEEDS: readonly (readonly [string, (at: string) => Store, (at: string) => Store])[] = [
  ['sqlite', (at) => sqlite(join(at, 'seed.db')), (at) => sqlite(join(at, 'seed.db'), { readOnly: true })],
  ['folder', (at) => folderStore(join(at, 'seed')), (at) => folderStore(join(at, 'seed'), { readOnly: true })],
]

async function fill(store: Store, origin: Origin, texts: Readonly<Record<string, string>>): Promise<void> {
  const fetch = createCachedFetch({ tiers: [store] })
  for (const [path, text] of Object.entries(texts)) {
    await fetch.put(origin.url(path), new Response(text, { headers: PUBLIC.headers }), { labels: ['seeded'] })
  }
  await fetch.close()
}

/** All that a store has, byte for byte. */
async function contentsOf(store: Store): Promise<Record<string, string>> {
  const contents: Record<string, string> = {}
  for await (const key of store.keys('')) contents[key] = sha256((await store.get(key)) ?? new Uint8Array(0))
  await store.close()
  return contents
}

describe.each(SEEDS)('K70, K78: a seed in %s below a tier of one’s own', (_, writable, readOnly) => {
  test('mine over the team’s over the defaults; what is written lands in mine, and the seed is as it was', async () => {
    const [origin, defaults, team, own] = [await anOrigin(), folder(), folder(), folder()]
    await fill(writable(defaults), origin, { '/all': 'default', '/two': 'default', '/one': 'default' })
    await fill(writable(team), origin, { '/all': 'team', '/two': 'team' })
    await fill(sqlite(join(own, 'mine.db')), origin, { '/all': 'mine' })
    const before = await Promise.all([defaults, team].map((at) => contentsOf(readOnly(at))))

    const tiers = [
      sqlite(join(own, 'mine.db')),
      Object.assign(readOnly(team), { name: 'team' }),
      Object.assign(readOnly(defaults), { name: 'defaults' }),
    ]
    const fetch = anInstance({ tiers, mode: 'offline' })
    const seen = async (path: string): Promise<[string, string | undefined]> => {
      const response = await fetch(origin.url(path))
      const info = inspect(response)
      return [await response.text(), info?.outcome === 'hit' ? info.tier : info?.outcome]
    }
    expect(await seen('/all')).toEqual(['mine', 'sqlite'])
    expect(await seen('/two')).toEqual(['team', 'team'])
    expect(await seen('/one')).toEqual(['default', 'defaults'])

    const online = fetch.extend({ mode: 'online' })
    origin.script('/one', ok('new', PUBLIC))
    expect(await got(await online(origin.url('/one'), { cache: 'reload' }))).toBe('new (miss)')
    await online.entry(origin.url('/two')).label('looked-at')
    await online.cache.invalidate({ url: origin.url('/two') })
    expect(await seen('/one')).toEqual(['new', 'sqlite'])
    await fetch.close()
    expect(await Promise.all([defaults, team].map((at) => contentsOf(readOnly(at))))).toEqual(before)
  })

  test('what I delete is gone for me, the seed’s version too; for others it is there', async () => {
    const [origin, seed, own] = [await anOrigin(), folder(), folder()]
    await fill(writable(seed), origin, { '/f': 'seeded' })
    const fetch = anInstance({ tiers: [sqlite(join(own, 'mine.db')), readOnly(seed)], mode: 'offline' })
    expect(await got(await fetch(origin.url('/f')))).toBe('seeded (hit)')
    await fetch.entry(origin.url('/f')).delete()
    await expect(fetch(origin.url('/f'))).rejects.toMatchObject({ code: 'NOT_CACHED' })
    const other = anInstance({ tiers: [readOnly(seed)], mode: 'offline' })
    expect(await got(await other(origin.url('/f')))).toBe('seeded (hit)')
  })

  test('with nothing before it, what is said or deleted is refused, for it would be kept nowhere; what is there answers', async () => {
    const [origin, seed] = [await anOrigin(), folder()]
    await fill(writable(seed), origin, { '/f': 'seeded' })
    const fetch = anInstance({ tiers: [readOnly(seed)], mode: 'offline' })
    const entry = fetch.entry(origin.url('/f'))
    const words: (() => Promise<unknown>)[] = [
      () => entry.label('mine'),
      () => entry.unlabel('seeded'),
      () => entry.pin(),
      () => entry.setPolicy({ ttl: '1h' }),
      () => entry.delete(),
      () => fetch.cache.delete({ url: origin.url('/f') }),
    ]
    for (const say of words)
      await expect(say(), String(say)).rejects.toMatchObject({ code: 'STORE', message: expect.stringContaining('readOnly') })
    expect(await got(await fetch(origin.url('/f'), { holdfast: { tags: ['asked'] } }))).toBe('seeded (hit)')
    expect((await entry.versions())[0]?.labels).toEqual(['seeded'])
  })
})
