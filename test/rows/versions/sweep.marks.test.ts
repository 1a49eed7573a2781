import { join } from 'node:path'
import Keyv from 'keyv'
import { expect, test } from 'vitest'
import { keyv } from '../../../adapters/stores/keyv.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosFault, chaos, manualClock } from '../../../adapters/testing/index.ts'
import type { CallOptions, Options, Store } from '../../../src/index.ts'
import { ok, redirect } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { type Given, given, seen } from '../download/given.ts'
import { another } from './histories.ts'
import { folder, get, HOUR, listed } from './upkeep.ts'

const FRESH: Options = { ttl: '90d' }
/** One more than may stay. */
const MANY = 1_001

const marks = async (store: Store): Promise<number> => (await listed(store, 'h1:t:')).length

/** What so many writes leave to URLs that nothing is stored of. */
async function invalidateNothing(g: Given): Promise<void> {
  await Promise.all(Array.from({ length: MANY }, (_, n) => g.fetch.cache.invalidate({ url: g.origin.url(`/nothing/${n}`) })))
}

const stores: [string, () => Store][] = [
  ['sqlite', () => sqlite(':memory:')],
  ['a store that cannot compare', () => keyv(new Keyv())],
]

test.each(stores)('over %s those go that concern nothing, a day later, and what concerns anything stays', async (_, open) => {
  const store = open()
  await using g = await given({ tiers: [store], ...FRESH }, manualClock(Date.now()))
  const calls: [string, CallOptions][] = [
    ['/url', {}],
    ['/tag', { tags: ['t'] }],
    ['/group', { group: 'g' }],
    ['/from', {}],
  ]
  for (const path of ['/url', '/tag', '/group', '/led']) g.origin.script(path, ok('x'))
  g.origin.script('/from', redirect('/led', 301))
  for (const [path, holdfast] of calls) await get(g, path, { holdfast })
  await g.clock.advance(1_000)
  const [url, led] = [g.origin.url('/url'), g.origin.url('/led')]
  for (const what of [{ url }, { tag: 't' }, { group: 'g' }, { url: led }]) await g.fetch.cache.invalidate(what)
  await invalidateNothing(g)
  const all = MANY + 4
  await g.clock.advance(24 * HOUR)
  await g.fetch.cache.sweep()
  expect(await marks(store)).toBe(all)
  await g.clock.advance(1)
  await g.fetch.cache.sweep({ dryRun: true })
  expect(await marks(store)).toBe(all)
  await g.fetch.cache.sweep()
  expect(await marks(store)).toBe(4)
  const other = another(g, [store], FRESH)
  for (const [path, holdfast] of calls)
    expect((await seen(other(g.origin.url(path), { holdfast }))).outcome, path).toBe('revalidated')
})

test('a thousand stay: to look for what they concern would cost more', async () => {
  const store = sqlite(':memory:')
  await using g = await given({ tiers: [store] }, manualClock(Date.now()))
  await invalidateNothing(g)
  await store.delete((await listed(store, 'h1:t:')).slice(0, 1))
  await g.clock.advance(25 * HOUR)
  await g.fetch.cache.sweep()
  expect(await marks(store)).toBe(MANY - 1)
})

test('what concerns an entry of a tier that is only read stays', async () => {
  const [store, seed, clock] = [sqlite(':memory:'), join(folder(), 'seed.db'), manualClock(Date.now())]
  await using g = await given({ tiers: [sqlite(seed)], ...FRESH }, clock)
  g.origin.script('/f', ok('x'))
  await get(g, '/f')
  await g.fetch.close()
  await clock.advance(1_000)
  const tiers = [store, sqlite(seed, { readOnly: true })]
  const fetch = another(g, tiers, FRESH)
  await fetch.cache.invalidate({ url: g.origin.url('/f') })
  await invalidateNothing({ ...g, fetch })
  await clock.advance(25 * HOUR)
  await fetch.cache.sweep()
  expect(await marks(store)).toBe(1)
})

test.each<[string, ChaosFault, number]>([
  ['while a tier cannot be asked what it has, all stay', { on: 'keys', key: /^h1:e:/, do: 'throw' }, MANY + 1],
  ['what is said anew while they are looked through stays', { on: 'keys', key: /^h1:e:/, do: { delay: 1_000 } }, 1],
])('%s', async (_, fault, left) => {
  const [store, clock] = [sqlite(':memory:'), manualClock(Date.now())]
  const other = chaos(sqlite(':memory:'), { clock })
  await using g = await given({ tiers: [store, other], ...FRESH }, clock)
  await invalidateNothing(g)
  await g.fetch.cache.invalidate({ tag: 'again' })
  await clock.advance(25 * HOUR)
  other.chaos.use([fault])
  const sweep = g.fetch.cache.sweep().catch((error: unknown) => error)
  await expect.poll(() => other.chaos.injected.length).toBeGreaterThan(0)
  await g.fetch.cache.invalidate({ tag: 'again' })
  await turnUntil(clock, sweep)
  expect(await marks(store)).toBe(left)
})
