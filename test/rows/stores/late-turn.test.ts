import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosStore, chaos, type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import { type Clock, createCachedFetch, type Store } from '../../../src/index.ts'
import { ok, status } from '../../helpers/origin/index.ts'
import { rounds, turnFor, turnUntil } from '../../helpers/turning.ts'
import { given } from '../download/given.ts'
import { keysOf } from '../versions/bodies-at-rest.ts'

// A writer whose turn passed on before it had written, because it was stopped or had too much to do: it begins anew, and loses nothing.
const late = Object.assign(new Error('its turn has passed on'), { code: 'FENCED' })

/** One that cannot compare what it has: there writers take turns. */
const takingTurns = (clock: ManualClock): Store =>
  Object.assign(sqlite(':memory:', { clock }) as Store, { compareAndSet: undefined as never })

test('a label that came too late for its turn is written in the next one', async () => {
  const clock = manualClock()
  const store = chaos(takingTurns(clock), { clock })
  await using g = await given({ tiers: [memory(), store] }, clock)
  g.origin.script('/f', ok('v1'))
  await (await g.fetch(g.origin.url('/f'))).text()
  store.chaos.use([{ do: { throw: late }, on: 'setMany', call: [1, 2] }])
  await g.fetch.entry(g.origin.url('/f')).label('mine')
  expect(store.chaos.injected).toHaveLength(2)
  await using other = await given({ tiers: [store], mode: 'offline' }, clock)
  expect(await other.fetch.entry(g.origin.url('/f')).versions()).toMatchObject([{ labels: ['mine'] }])
})

test('a store where each turn passes on too early is not asked for ever', async () => {
  const clock = manualClock()
  const store = chaos(takingTurns(clock), { clock })
  await using g = await given({ tiers: [memory(), store] }, clock)
  store.chaos.use([{ do: { throw: late }, on: 'setMany' }])
  await g.fetch.put(g.origin.url('/f'), new Response('put'))
  expect(store.chaos.injected.length).toBeLessThan(10)
})

test('a deletion that a further tier took in none of its turns is brought to it later', async () => {
  const clock = manualClock(Date.now())
  const further = chaos(takingTurns(clock), { clock })
  await using g = await given({ tiers: [memory(), sqlite(':memory:', { clock }), further] }, clock)
  const entry = g.fetch.entry(g.origin.url('/f'))
  await g.fetch.put(g.origin.url('/f'), new Response('put'))
  await g.fetch.idle()
  further.chaos.use([{ do: { throw: late }, on: 'setMany', call: [1, 2, 3, 4] }])
  await entry.delete()
  await g.fetch.idle()
  await clock.advance(5_000)
  await g.fetch.idle()
  expect(further.chaos.injected).toHaveLength(4)
  await using other = await given({ tiers: [further], mode: 'offline' }, clock)
  expect(await other.fetch.entry(g.origin.url('/f')).versions()).toEqual([])
})

test('a download whose turn passed on before it was written takes nothing back that another process said meanwhile', async () => {
  const clock = manualClock()
  const store = takingTurns(clock)
  await using g = await given({ tiers: [store] }, clock)
  await using other = await given({ tiers: [store] }, clock)
  const url = g.origin.url('/f')
  g.origin.script('/f', ok('v1'), ok('v2'))
  await (await g.fetch(url)).text()
  const [first] = await other.fetch.entry(url).versions()
  const write = store.setMany.bind(store)
  let isStopped = true
  store.setMany = async (entries, how) => {
    if (isStopped && entries.some(({ key }) => key.startsWith('h1:e:'))) {
      isStopped = false
      await clock.advance(1_001)
      await other.fetch.entry(url).label('mine', { version: first?.id ?? '' })
    }
    return write(entries, how)
  }
  expect(await (await g.fetch(url, { cache: 'reload' })).text()).toBe('v2')
  expect(await other.fetch.entry(url).versions()).toMatchObject([{ labels: [] }, { labels: ['mine'] }])
})

test.each([
  ['other bytes are the newest version', 'v2', 2],
  ['the same bytes are that version', 'v1', 1],
])(
  'asked for by one that was stopped, when another process had taken over and brought its answer: %s',
  async (_, body, count) => {
    const clock = manualClock()
    const store: Store = sqlite(':memory:', { clock })
    const lease = store.lease?.bind(store)
    let rights = 0
    store.lease = async (key, ms) => {
      const mine = await lease?.(key, ms)
      if (mine === undefined || rights++ > 0) return mine
      return { key, generation: mine.generation, extend: async () => false, release: () => mine.release() }
    }
    await using g = await given({ tiers: [store], ttl: '1h' }, clock)
    await using other = await given({ tiers: [store], ttl: '1h' }, clock)
    const url = g.origin.url('/f')
    g.origin.script('/f', status(503, { 'Retry-After': '5' }), ok('v1'), ok(body))
    const asking = g.fetch(url)
    await new Promise((resolve) => g.fetch.on('attempt', resolve))
    await rounds()
    await clock.advance(3_001)
    expect(await (await other.fetch(url)).text()).toBe('v1')
    expect(await (await turnUntil(clock, asking)).text()).toBe(body)
    for (const { fetch } of [g, other]) expect(await (await fetch(url)).text()).toBe(body)
    expect(await g.fetch.entry(url).versions()).toHaveLength(count)
  },
)

/** While another writer has its turn: whether a label is written beside it. */
async function besideAnother(happens: (store: ChaosStore, stop: (ms: number) => void) => void): Promise<'written' | 'waits'> {
  const hand = manualClock()
  let stopped = 0
  const clock: Clock = {
    now: () => hand.now(),
    monotonic: () => hand.monotonic() + stopped,
    setTimeout: (fn, ms) => hand.setTimeout(fn, ms),
  }
  const store = chaos(takingTurns(hand), { clock: hand })
  await using g = await given({ tiers: [store], clock }, hand)
  g.origin.script('/f', ok('v1'))
  await (await g.fetch(g.origin.url('/f'))).text()
  const [entry = ''] = await keysOf(store, 'e')
  const theirs = await store.lease?.(entry.replace('h1:e:', 'h1:w:'), 60_000)
  let came: 'written' | 'waits' = 'waits'
  const writing = g.fetch.entry(g.origin.url('/f')).label('mine')
  const written = writing.then(() => {
    came = 'written'
  })
  await rounds(300)
  happens(store, (ms) => {
    stopped += ms
  })
  await rounds(300)
  const before = came
  await theirs?.release()
  await written
  expect(await g.fetch.entry(g.origin.url('/f')).versions()).toMatchObject([{ labels: ['mine'] }])
  return before
}

test('what was counted of an entry meanwhile, in a store elsewhere whose cluster takes no fence, is not lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-late-turn-'))
  const clock = manualClock()
  const elsewhere = (): Store => Object.assign(sqlite(join(folder, 'c.db'), { clock }) as Store, { remote: true })
  try {
    await using g = await given({ tiers: [elsewhere()] }, clock)
    const url = g.origin.url('/f')
    g.origin.script('/f', ok('v1', { headers: { 'Cache-Control': 'max-age=60' } }))
    const store = elsewhere()
    const lease = store.lease?.bind(store)
    let passed = 0
    store.lease = async (key, ms) => {
      const mine = await lease?.(key, ms)
      if (mine === undefined || key !== 'h1:w:s' || passed++ > 0) return mine
      // It has read, and another one writes before it does.
      const extend = () => mine.release().then(() => g.fetch.close().then(() => false))
      return { key, generation: mine.generation, extend, release: () => mine.release() }
    }
    const late = createCachedFetch({ tiers: [store], clock })
    for (const fetch of [g.fetch, late, late]) await (await fetch(url)).text()
    await late.close()
    expect(passed).toBeGreaterThan(1)
    await using later = createCachedFetch({ tiers: [elsewhere()], clock })
    expect(await later.entry(url).stats()).toMatchObject({ requests: 3 })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('who gets no turn, for others write all the time, writes nothing beside them: it is in hand, and brought later', async () => {
  const clock = manualClock()
  const store = takingTurns(clock)
  await using g = await given({ tiers: [store] }, clock)
  await using other = await given({ tiers: [store], mode: 'offline' }, clock)
  const url = g.origin.url('/f')
  await g.fetch.put(url, new Response('put'))
  const [entry = ''] = await keysOf(store, 'e')
  const theirs = await store.lease?.(entry.replace('h1:e:', 'h1:w:'), 60_000)
  expect((await turnUntil(clock, g.fetch.entry(url).label('mine'))).labels).toEqual(['mine'])
  expect(await other.fetch.entry(url).versions()).toMatchObject([{ labels: [] }])
  await theirs?.release()
  await turnFor(clock, 6_000)
  expect(await other.fetch.entry(url).versions()).toMatchObject([{ labels: ['mine'] }])
})

test('a process that was stopped while it waited for its turn has not waited', async () => {
  expect(await besideAnother((_, stop) => stop(60_000))).toBe('waits')
})

test('a store that could not say once whose turn it is, for it was locked for long, is asked again', async () => {
  const locked = new Error('database is locked')
  expect(await besideAnother((store) => store.chaos.use([{ do: { throw: locked }, on: 'lease', call: 1 }]))).toBe('waits')
})
