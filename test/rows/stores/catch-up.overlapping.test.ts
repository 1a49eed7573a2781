import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosStore, chaos, manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, type Store } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { turnFor, turnUntil } from '../../helpers/turning.ts'
import { given } from '../download/given.ts'
import { got } from './given.ts'

// Two tiers are away at overlapping times: what one has missed may stand in the other alone, which comes back later.

const PUBLIC = { headers: { 'Cache-Control': 'public, max-age=3600' } }

async function both() {
  const clock = manualClock()
  const inner = sqlite(':memory:', { clock })
  const beside = chaos(sqlite(':memory:', { clock }), { clock })
  const far = { ...chaos(inner, { clock }), name: 'far', remote: true, shared: true } as ChaosStore
  const g = await given({ tiers: [beside, far], ttl: 'http' }, clock)
  const url = g.origin.url('/f')
  g.origin.script('/f', ok('first', PUBLIC), ok('second', PUBLIC))
  await got(await g.fetch(url))
  await g.fetch.idle()
  await turnFor(clock, 1_000)
  /** What another process has, and no origin. */
  const another = chaos(inner, { clock })
  const store = { ...another, name: 'far', close: async () => undefined } as Store
  const there = createCachedFetch({ tiers: [store], clock, mode: 'offline' }).entry(url)
  const goes = (store: ChaosStore): void => store.chaos.use([{ do: 'throw' }])
  const comesBack = async (store: ChaosStore): Promise<void> => {
    store.chaos.use([])
    await turnFor(clock, 30_000)
  }
  const done = <T>(work: Promise<T>): Promise<T> => turnUntil(clock, work)
  return Object.assign(g, { beside, far, url, entry: g.fetch.entry(url), there, goes, comesBack, done })
}

test('what one missed stands in the other, which is away when the first is back', async () => {
  await using g = await both()
  g.goes(g.far)
  await g.done(g.entry.label('mine'))
  g.goes(g.beside)
  await g.comesBack(g.far)
  expect(await g.there.versions()).toMatchObject([{ labels: [] }])
  await g.comesBack(g.beside)
  expect(await g.there.versions()).toMatchObject([{ labels: ['mine'] }])
})

test('both missed it: the first to be back is brought what waits in hand, though the other cannot be read', async () => {
  await using g = await both()
  g.goes(g.far)
  g.goes(g.beside)
  expect(await got(await g.done(g.fetch(g.url, { cache: 'reload' })))).toBe('second (miss)')
  await g.done(g.entry.label('mine'))
  await g.comesBack(g.far)
  expect(await g.there.versions()).toMatchObject([{ labels: ['mine'] }, { labels: [] }])
  await g.comesBack(g.beside)
  expect(await g.done(g.entry.versions())).toMatchObject([{ labels: ['mine'] }, { labels: [] }])
})
