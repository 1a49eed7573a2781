import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosStore, chaos, manualClock } from '../../../adapters/testing/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { isSettled, turnUntil } from '../../helpers/turning.ts'
import { given } from '../download/given.ts'
import { got } from './given.ts'

// A store across the network that has not answered once when the program ends: it is waited for, and not for long.

const PUBLIC = { headers: { 'Cache-Control': 'public, max-age=3600' } }

/** Two entries, and an invalidation, that a silent store has not taken. */
async function short() {
  const clock = manualClock()
  const far = { ...chaos(sqlite(':memory:', { clock }), { clock }), name: 'far', remote: true, shared: true } as ChaosStore
  const g = await given({ tiers: [memory(), far], ttl: 'http' }, clock)
  far.chaos.use([{ do: 'hang' }])
  for (const path of ['/a', '/b']) {
    g.origin.script(path, ok(path, PUBLIC))
    await turnUntil(clock, g.fetch(g.origin.url(path)).then(got), { step: 10 })
  }
  await g.fetch.cache.invalidate({ tag: 'prices' })
  const lost = (): string[] =>
    g.told('tier-error').flatMap(({ operation, error }) => (operation === 'catch-up' ? [error.message] : []))
  return { ...g, far, lost }
}

test('closing waits two seconds for one that never answers, and tells what it was not brought', async () => {
  await using g = await short()
  const since = g.clock.monotonic()
  const closing = g.fetch.close()
  expect(await isSettled(closing)).toBe(false)
  await turnUntil(g.clock, closing)
  expect(g.clock.monotonic() - since).toBeLessThanOrEqual(2_200)
  expect(g.lost()).toEqual([expect.stringContaining('far was not brought what it missed (entries: 2, invalidations: 1)')])
})

test('what is idle has waited for it, five seconds at most, and goes on being brought to it later', async () => {
  await using g = await short()
  const since = g.clock.monotonic()
  await turnUntil(g.clock, g.fetch.idle())
  expect(g.clock.monotonic() - since).toBeLessThanOrEqual(5_100)
  expect(g.far.chaos.calls('setMany')).toBe(0)
  await g.fetch.idle()
  g.far.chaos.use([])
  await g.clock.advance(5_000)
  await g.fetch.idle()
  expect(g.far.chaos.calls('setMany')).toBeGreaterThanOrEqual(3)
  await g.fetch.close()
  expect(g.lost()).toEqual([])
})

test('one that failed once, and is well, is asked once more by closing', async () => {
  await using g = await short()
  g.far.chaos.use([])
  await turnUntil(g.clock, g.fetch.idle())
  await turnUntil(g.clock, g.fetch.cache.ready())
  await g.fetch.idle()
  g.far.chaos.use([{ do: 'throw', on: ['setMany'], call: 1 }])
  await got(await g.fetch(g.origin.url('/a'), { cache: 'reload' }))
  await g.fetch.idle()
  const before = g.far.chaos.calls('setMany')
  await g.fetch.close()
  expect(g.far.chaos.calls('setMany')).toBeGreaterThan(before)
  expect(g.lost()).toEqual([])
})
