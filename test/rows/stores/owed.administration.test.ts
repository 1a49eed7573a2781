import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import { type CachedFetch, createCachedFetch } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { turnFor, turnUntil } from '../../helpers/turning.ts'
import { given } from '../download/given.ts'
import { got } from './given.ts'

// What the only tier did not take waits in hand for some seconds, and the tier is well again: who looks after the whole finds it too.

const WRITES = ['set', 'setMany', 'lease'] as const

async function alone() {
  const clock = manualClock(Date.now())
  const inner = sqlite(':memory:', { clock })
  const store = chaos(inner, { clock })
  const g = await given({ tiers: [{ ...store, name: 'only', close: async () => undefined }], ttl: '1h' }, clock)
  const refusing = async (work: () => Promise<unknown>): Promise<void> => {
    store.chaos.use([{ do: 'throw', on: WRITES }])
    await work()
    store.chaos.use([])
  }
  const brought = async (): Promise<void> => {
    await turnFor(clock, 12_000)
    await turnUntil(clock, g.fetch.idle())
  }
  const elsewhere = () => createCachedFetch({ tiers: [{ ...store, close: async () => undefined }], clock, mode: 'offline' })
  return { ...g, store, refusing, brought, elsewhere }
}

async function urls(fetch: CachedFetch): Promise<string[]> {
  return (await Array.fromAsync(fetch.cache.entries())).map(({ url }) => url)
}

test.each(['new', 'changed'])('%s: listed, and deleted for good', async (what) => {
  await using g = await alone()
  const url = g.origin.url('/f')
  g.origin.script('/f', ok('v1'))
  if (what === 'changed') await got(await g.fetch(url))
  g.origin.script('/f', ok('v2'))
  await g.refusing(async () => expect(await got(await g.fetch(url, { cache: 'reload' }))).toBe('v2 (miss)'))
  expect(await urls(g.fetch)).toEqual([url])
  expect(await g.fetch.cache.delete({ url })).toBe(1)
  expect(await g.fetch.cache.has(url)).toBe(false)
  expect(await urls(g.fetch)).toEqual([])
  await g.brought()
  await using other = g.elsewhere()
  expect(await other.cache.has(url)).toBe(false)
})

test.each<[string, (fetch: CachedFetch, url: string) => Promise<unknown>]>([
  ['by itself', (fetch, url) => fetch.entry(url).delete()],
  ['by administration', (fetch, url) => fetch.cache.delete({ url })],
])('deleted %s where the tier took that: it stays so when the tier is silent again', async (_, remove) => {
  await using g = await alone()
  g.origin.script('/f', ok('v1'))
  const url = g.origin.url('/f')
  await g.refusing(async () => expect(await got(await g.fetch(url))).toBe('v1 (miss)'))
  await g.clock.advance(10)
  await remove(g.fetch, url)
  g.store.chaos.use([{ do: 'throw' }])
  expect(await g.fetch.cache.has(url)).toBe(false)
  g.store.chaos.use([])
  await g.brought()
  await using other = g.elsewhere()
  expect(await other.cache.has(url)).toBe(false)
})

test('invalidated by a pattern: stale at once', async () => {
  await using g = await alone()
  g.origin.script('/f', ok('v1'))
  const url = g.origin.url('/f')
  await g.refusing(async () => expect(await got(await g.fetch(url))).toBe('v1 (miss)'))
  await g.clock.advance(10)
  await g.fetch.cache.invalidate({ match: `${new URL(url).origin}/*` })
  expect(await got(await g.fetch(url))).toBe('v1 (revalidated)')
})

test('copied', async () => {
  await using g = await alone()
  g.origin.script('/f', ok('v1'))
  const url = g.origin.url('/f')
  await g.refusing(async () => got(await g.fetch(url)))
  const backup = sqlite(':memory:', { clock: g.clock })
  expect(await g.fetch.cache.copyTo(backup)).toEqual({ entries: 1, bytes: 2 })
  await using other = createCachedFetch({ tiers: [backup], clock: g.clock, mode: 'offline' })
  expect(await got(await other(url))).toBe('v1 (hit)')
})
