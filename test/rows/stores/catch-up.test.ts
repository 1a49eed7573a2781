import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosStore, chaos, type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, type Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { turnFor } from '../../helpers/turning.ts'
import { given } from '../download/given.ts'
import { got } from './given.ts'

// What a tier missed while it was away is brought when it is back: the newest state, once.
const PUBLIC = { headers: { 'Cache-Control': 'public, max-age=3600' } }

async function near(also: Store[] = [], room: Parameters<typeof memory>[0] = {}) {
  const clock = manualClock()
  const inner = sqlite(':memory:', { clock })
  const far = { ...chaos(inner, { clock }), name: 'far', remote: true, shared: true } as ChaosStore
  const g = await given({ tiers: [memory(room), ...also, far], ttl: 'http' }, clock)
  /** What another process sees that has this tier alone, and no origin. */
  const elsewhere = (): ReturnType<typeof createCachedFetch> =>
    createCachedFetch({ tiers: [{ ...inner, ...bound(inner), close: async () => undefined }], clock, mode: 'offline' })
  return Object.assign(g, { far, elsewhere })
}

/** The methods of a store as functions of their own, so that it can be given a second time. */
function bound(store: Store): Store {
  const { lease, bodies } = store
  return {
    name: 'far',
    durable: true,
    shared: true,
    remote: true,
    get: (key) => store.get(key),
    getMany: (keys, options) => store.getMany(keys, options),
    set: (key, value, options) => store.set(key, value, options),
    setMany: (entries, options) => store.setMany(entries, options),
    delete: (keys, options) => store.delete(keys, options),
    keys: (prefix, options) => store.keys(prefix, options),
    ...(lease !== undefined && { lease: (key: string, ms: number) => lease.call(store, key, ms) }),
    ...(bodies !== undefined && { bodies }),
    close: async () => undefined,
  }
}

async function goes(g: { far: ChaosStore; clock: ManualClock }): Promise<void> {
  g.far.chaos.use([{ do: 'throw' }])
}

async function comesBack(g: { far: ChaosStore; clock: ManualClock }): Promise<void> {
  g.far.chaos.use([])
  await turnFor(g.clock, 12_000)
}

test.each([
  ['small', 100],
  ['in chunks', 300_000],
  ['in files', 3_000_000],
])('versions, labels, pins and a policy of the time when it was away are there afterwards, %s', async (_, size) => {
  await using g = await near()
  const body = pseudoRandom(size, 'missed')
  g.origin.script('/f', ok(body, PUBLIC))
  await goes(g)
  await (await g.fetch(g.origin.url('/f'))).arrayBuffer()
  const entry = g.fetch.entry(g.origin.url('/f'))
  await entry.label('app-1.4')
  await entry.pin()
  await entry.setPolicy({ ttl: '2h' })
  await comesBack(g)
  await using other = g.elsewhere()
  const answer = await other(g.origin.url('/f'))
  expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(body))
  expect(await other.entry(g.origin.url('/f')).versions()).toMatchObject([{ labels: ['app-1.4'], pinned: true }])
  expect(await other.entry(g.origin.url('/f')).policy()).toEqual({ ttl: '2h' })
})

test('the newest state only: of a hundred changes one write', async () => {
  await using g = await near()
  await goes(g)
  for (let n = 0; n < 100; n += 1) {
    g.origin.script('/f', ok(`${n}`, PUBLIC))
    await (await g.fetch(g.origin.url('/f'), { cache: 'reload' })).text()
  }
  const before = g.far.chaos.calls('setMany')
  await comesBack(g)
  expect(g.far.chaos.calls('setMany') - before).toBeLessThan(10)
  await using other = g.elsewhere()
  expect(await (await other(g.origin.url('/f'))).text()).toBe('99')
})

test('an invalidation of that time counts there too', async () => {
  await using g = await near()
  g.origin.script('/f', ok('v1', PUBLIC))
  await got(await g.fetch(g.origin.url('/f'), { holdfast: { tags: ['prices'] } }))
  await g.fetch.idle()
  await goes(g)
  // Three failures, and it is left alone.
  for (let n = 0; n < 3; n += 1) await g.fetch.cache.invalidate({ url: g.origin.url('/other') })
  await g.clock.advance(1)
  await g.fetch.cache.invalidate({ tag: 'prices' })
  await comesBack(g)
  await using other = g.elsewhere()
  g.origin.kill()
  const answer = await other(g.origin.url('/f'))
  expect(answer.headers.get('Cache-Status')).toMatch(/ttl=-/)
})

test('a deletion of that time counts there too', async () => {
  await using g = await near([sqlite(':memory:')])
  g.origin.script('/f', ok('v1', PUBLIC))
  await got(await g.fetch(g.origin.url('/f')))
  await g.fetch.idle()
  await goes(g)
  await g.fetch.entry(g.origin.url('/f')).delete()
  await comesBack(g)
  await using other = g.elsewhere()
  expect(await other.entry(g.origin.url('/f')).versions()).toEqual([])
})

test.each([
  ['memory', (): Store[] => [], {}],
  ['memory that keeps nothing', (): Store[] => [], { maxBytes: '1KB' }],
  ['a file', (): Store[] => [sqlite(':memory:')], {}],
])('by administration too, over %s: it rejects, and the tier learns of it', async (_, also, room) => {
  await using g = await near(also(), room)
  for (const path of ['/f', '/g', '/h']) {
    g.origin.script(path, ok('v1', PUBLIC))
    await got(await g.fetch(g.origin.url(path), { holdfast: { tags: [`t${path.slice(1)}`] } }))
  }
  await g.fetch.idle()
  // What is listed is known; it takes no word.
  g.far.chaos.use([{ do: 'throw', on: ['set', 'setMany', 'lease', 'delete'] }])
  const what = [{ url: g.origin.url('/f') }, { match: g.origin.url('/g*') }, { tag: 'th' }]
  for (const which of what) await expect(g.fetch.cache.delete(which)).rejects.toThrow()
  for (const path of ['/f', '/g', '/h']) expect(await g.fetch.cache.has(g.origin.url(path))).toBe(false)
  await comesBack(g)
  await using other = g.elsewhere()
  for (const path of ['/f', '/g', '/h']) expect(await other.entry(g.origin.url(path)).versions()).toEqual([])
})

test('by administration, while it can neither be asked nor told', async () => {
  await using g = await near()
  g.origin.script('/f', ok('v1', PUBLIC))
  await got(await g.fetch(g.origin.url('/f')))
  await g.fetch.idle()
  await goes(g)
  await expect(g.fetch.cache.delete({ url: g.origin.url('/f') })).rejects.toThrow()
  await comesBack(g)
  await using other = g.elsewhere()
  expect(await other.entry(g.origin.url('/f')).versions()).toEqual([])
})

test('what it does not take when it is well, is not tried for ever', async () => {
  await using g = await near()
  g.origin.script('/f', ok('v1', PUBLIC))
  g.far.chaos.use([{ do: 'throw', on: ['setMany'], key: /^h1:e:/ }])
  await got(await g.fetch(g.origin.url('/f')))
  await turnFor(g.clock, 300_000, 5_000)
  expect(g.told('warning')).toEqual([])
  await turnFor(g.clock, 360_000, 5_000)
  const tried = g.far.chaos.injected.length
  await turnFor(g.clock, 360_000, 5_000)
  expect(g.far.chaos.injected.length).toBe(tried)
  expect(g.told('warning')).toMatchObject([{ warning: expect.stringMatching(/^far did not take this in 7 tries/) }])
})

test('what it did not take three times is brought once it does', async () => {
  await using g = await near()
  g.origin.script('/f', ok('v1', PUBLIC))
  g.far.chaos.use([{ do: 'throw', on: ['setMany'], key: /^h1:e:/, call: [1, 2, 3, 4] }])
  await got(await g.fetch(g.origin.url('/f')))
  await turnFor(g.clock, 90_000, 5_000)
  expect(g.far.chaos.injected.length).toBe(4)
  await using other = g.elsewhere()
  expect(await got(await other(g.origin.url('/f')))).toBe('v1 (hit)')
})

test('a tier of its own machine too: a database that somebody held is brought what it missed', async () => {
  const clock = manualClock()
  const file = chaos(sqlite(':memory:', { clock }), { clock })
  await using g = await given({ tiers: [memory(), file], ttl: 'http' }, clock)
  g.origin.script('/f', ok('v1', PUBLIC))
  file.chaos.use([{ do: 'throw', on: ['set', 'setMany', 'lease'] }])
  expect(await got(await g.fetch(g.origin.url('/f')))).toBe('v1 (miss)')
  file.chaos.use([])
  await turnFor(clock, 12_000)
  await using other = createCachedFetch({
    tiers: [{ ...bound(file), name: 'sqlite', remote: false, shared: false }],
    clock,
    mode: 'offline',
  })
  expect(await got(await other(g.origin.url('/f')))).toBe('v1 (hit)')
})
