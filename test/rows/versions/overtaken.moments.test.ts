import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import type { CachedFetch, Store } from '../../../src/index.ts'
import { gate, ok } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { seen } from '../download/given.ts'
import { heard } from '../stores/given.ts'
import { aFile, all, another, history, SECOND } from './histories.ts'
import { CALL, overtaken } from './overtaking.ts'

// What is deleted while it is downloaded, at moments that matter.

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

/** Its writes wait until the test lets them end. */
function slow(store: Store, waits: 'at first' | 'when it is done' = 'at first') {
  const write = store.compareAndSet?.bind(store) as NonNullable<Store['compareAndSet']>
  const [begun, ends] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const compareAndSet: typeof write = async (...args) => {
    const done = waits === 'at first' ? undefined : await write(...args)
    begun.resolve()
    await ends.promise
    return done ?? write(...args)
  }
  return { store: Object.assign(store, { compareAndSet }), begun: begun.promise, ends: ends.resolve, fails: ends.reject }
}

test.each([
  ['deleted while it is being written', ({ ends }: ReturnType<typeof slow>) => ends()],
  [
    'deleted while it is being written, which then fails: it does not wait in hand for the store',
    ({ fails }: ReturnType<typeof slow>) => fails(new Error('away')),
  ],
])('%s', async (_, goesOn) => {
  const writing = slow(sqlite(':memory:'))
  await using g = await history([writing.store], { ttl: '30d' })
  g.origin.script('/f', ok('asked before'), ok('asked after'))
  const asked = seen(g.fetch(g.url))
  await writing.begun
  const deleting = g.fetch.cache.delete({ url: g.url })
  goesOn(writing)
  await deleting
  expect((await asked).text).toBe('asked before')
  expect(await all(g.entry)).toEqual([])
  expect((await seen(g.fetch(g.url))).text).toBe('asked after')
})

test.each([
  ['entry.delete', (fetch: CachedFetch, url: string) => fetch.entry(url).delete()],
  ['cache.delete', (fetch: CachedFetch, url: string) => fetch.cache.delete({ url })],
])('deleted while the store writes the first version of it: nobody is answered with it after %s', async (_, word) => {
  const { store, begun, ends } = slow(sqlite(':memory:'))
  const later = slow(store, 'when it is done')
  await using g = await history([memory(), later.store], { ttl: '30d' })
  g.origin.script('/f', ok('asked before'), ok('asked after'))
  const asked = seen(g.fetch(g.url))
  await begun
  const answered = Promise.all([word(g.fetch, g.url), later.begun]).then(() => seen(g.fetch(g.url)))
  await rounds()
  ends()
  await later.begun
  await rounds()
  later.ends()
  expect(await answered).toMatchObject({ text: 'asked after', outcome: 'miss' })
  expect((await asked).text).toBe('asked before')
})

test('what is refused counts, also where a further tier finds out behind it that the download was overtaken', async () => {
  const further: Store = Object.assign(sqlite(':memory:') as Store, { remote: true, compareAndSet: undefined as never })
  const [get, ends] = [further.get.bind(further), Promise.withResolvers<void>()]
  further.get = async (key) => {
    if (key.startsWith('h1:e:')) await ends.promise
    return get(key)
  }
  await using g = await history([sqlite(':memory:'), further], { ttl: '30d' }, today())
  const held = gate(ok('the same'))
  g.origin.script('/f', held, ok('the same'))
  const asked = g.fetch(g.url)
  await held.arrived
  await g.entry.delete()
  held.release()
  await expect(g.fetch.reject(await asked, 'bad')).rejects.toMatchObject({ code: 'REJECTED' })
  ends.resolve()
  await g.fetch.idle()
  expect(await seen(g.fetch(g.url))).toEqual({ rejected: 'REJECTED' })
})

test('a result that is being written while another one is set by hand does not stay beside it', async () => {
  const { store, begun, ends } = slow(sqlite(':memory:'))
  await using g = await history([store])
  const fn = g.fetch.buffered(async (n: number) => `run ${n}`, { name: 'f', ttl: '1h' })
  const running = fn(1)
  await begun
  const setting = fn.cache.set([1], 'set')
  ends()
  await Promise.all([running, setting])
  await g.fetch.idle()
  expect(await fn.cache.entry(1).versions()).toHaveLength(1)
  expect(await fn(1)).toBe('set')
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

test.each([
  ['entry.delete', (fetch: CachedFetch, url: string) => fetch.entry(url).delete()],
  ['cache.delete', (fetch: CachedFetch, url: string) => fetch.cache.delete({ url })],
])('deleted by another instance that had looked before it came: %s', async (_name, word) => {
  const file = aFile()
  await using g = await history([sqlite(file)], { ttl: '30d' }, today())
  await g.atOnce('the first')
  const held = gate(ok('asked before'))
  g.origin.script('/f', held)
  const asked = seen(g.fetch(g.url, { cache: 'reload' }))
  await held.arrived
  const { store, begun, ends } = slow(sqlite(file))
  const deleting = word(another(g, [store]), g.url)
  await begun
  held.release()
  expect((await asked).text).toBe('asked before')
  ends()
  await deleting
  expect(await all(g.entry)).toEqual([])
})

test('what is brought by hand is stored, also as of a time before another instance deleted the entry', async () => {
  const file = aFile()
  await using g = await history([sqlite(file)], { ttl: '30d' }, today())
  await g.atOnce('the first')
  const before = new Date(g.clock.now())
  await g.clock.advance(SECOND)
  await another(g, [sqlite(file)])
    .entry(g.url)
    .delete()
  await g.clock.advance(SECOND)
  await g.fetch.put(g.url, new Response('brought'), { storedAt: before })
  expect(await seen(g.fetch(g.url))).toMatchObject({ text: 'brought', outcome: 'hit' })
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
