import { beforeAll, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosStore, chaos, type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { rounds, turnFor, turnUntil } from '../../helpers/turning.ts'
import { given } from '../download/given.ts'
import { got, heard } from './given.ts'

// A tier that fails or is silent is left alone, tried again by a timer, and used again when it is back (X01 to X03, B09, B135, B173).
const HOUR = { ttl: '1h' } as const

// What is loaded at the first download takes longer than a clock turned by hand waits.
beforeAll(async () => {
  await using g = await given()
  g.origin.script('/warm', ok('warm'))
  await got(await g.fetch(g.origin.url('/warm')))
})

/** A store as one across the network: 250 ms are all it has. */
function remote(clock: ManualClock): ChaosStore {
  const store = chaos(sqlite(':memory:', { clock }), { clock })
  return { ...store, name: 'far', remote: true, shared: true } satisfies Store as ChaosStore
}

async function withRemote(also: Store[] = []) {
  const clock = manualClock()
  const far = remote(clock)
  const g = await given({ tiers: [...also, far], ...HOUR }, clock)
  g.origin.script('/f', ok('v1', { headers: { 'Cache-Control': 'public, max-age=3600' } }))
  return Object.assign(g, { far, states: heard(g.fetch, 'tier-state') })
}

/** What a call costs on the hand-turned clock, beside what it brings. */
async function timed(clock: ManualClock, call: Promise<Response>): Promise<[string, number]> {
  const since = clock.monotonic()
  const response = await turnUntil(clock, call, { step: 10, limit: 5_000 })
  return [await got(response), clock.monotonic() - since]
}

test('silence: one time limit for the first call, nothing for the next, whatever they do', async () => {
  await using g = await withRemote([memory()])
  g.far.chaos.use([{ do: 'hang' }])
  const [first, cost] = await timed(g.clock, g.fetch(g.origin.url('/f')))
  expect(first).toBe('v1 (miss)')
  expect(cost).toBeGreaterThanOrEqual(250)
  expect(cost).toBeLessThan(300)
  for (let n = 0; n < 20; n += 1) {
    g.origin.script(`/${n}`, ok('another'))
    expect(await timed(g.clock, g.fetch(g.origin.url(`/${n}`)))).toEqual(['another (miss)', 0])
  }
  expect(g.states[0]).toEqual({ tier: 'far', state: 'open' })
})

test.each(['hang', 'throw'] as const)('G6: left alone (%s), it costs a miss no call and no time', async (mishap) => {
  await using g = await withRemote([memory()])
  g.far.chaos.use([{ do: mishap }])
  for (let n = 0; n < 3; n += 1) await timed(g.clock, g.fetch(g.origin.url('/f'), { cache: 'reload' }))
  expect(g.states.at(-1)?.state).not.toBe('closed')
  const before = g.far.chaos.injected.length
  for (let n = 0; n < 50; n += 1) {
    g.origin.script(`/${n}`, ok('another', { headers: { 'Cache-Control': 'public, max-age=3600' } }))
    expect(await timed(g.clock, g.fetch(g.origin.url(`/${n}`)))).toEqual(['another (miss)', 0])
  }
  expect(g.far.chaos.injected.length).toBe(before)
})

test('it is tried again by itself, at no caller’s cost, and used again when it answers', async () => {
  await using g = await withRemote()
  g.far.chaos.use([{ do: 'hang' }])
  await timed(g.clock, g.fetch(g.origin.url('/f')))
  await g.clock.advance(10_000)
  expect(g.states.at(-1)).not.toEqual({ tier: 'far', state: 'closed' })
  expect(await timed(g.clock, g.fetch(g.origin.url('/f')))).toEqual(['v1 (hit)', 0])
  g.far.chaos.use([])
  for (let n = 0; n < 60; n += 1) {
    await g.clock.advance(100)
    await rounds()
  }
  expect(g.states.at(-1)).toEqual({ tier: 'far', state: 'closed' })
  await turnUntil(
    g.clock,
    g.fetch(g.origin.url('/f')).then((response) => response.text()),
  )
  await g.fetch.idle()
  expect(await timed(g.clock, g.fetch(g.origin.url('/f')))).toEqual(['v1 (hit)', 0])
})

test('errors: three in a row, then none for a while; each is told', async () => {
  await using g = await withRemote()
  g.far.chaos.use([{ do: 'throw', on: ['get', 'getMany'] }])
  for (let n = 0; n < 10; n += 1) await got(await g.fetch(g.origin.url('/f')))
  expect(g.told('tier-error').filter(({ operation }) => operation.startsWith('get'))).toHaveLength(3)
  expect(g.told('tier-error')[0]).toMatchObject({ tier: 'far', error: expect.any(Error) })
})

test('what can only be read is read: a full store answers hits', async () => {
  await using g = await withRemote()
  await got(await g.fetch(g.origin.url('/f')))
  await g.fetch.idle()
  g.far.chaos.use([{ do: 'throw', on: ['set', 'setMany', 'delete', 'lease'] }])
  for (let n = 0; n < 5; n += 1) {
    g.origin.script(`/${n}`, ok('x'))
    await got(await g.fetch(g.origin.url(`/${n}`)))
  }
  await g.fetch.idle()
  expect(g.states.at(-1)).toEqual({ tier: 'far', state: 'open' })
  expect(await got(await g.fetch(g.origin.url('/f')))).toBe('v1 (hit)')
})

test('one that is full takes the smallest write and no other: it is tried ever less often', async () => {
  await using g = await withRemote([memory()])
  g.far.chaos.use([{ do: 'throw', on: ['set', 'setMany'], key: /^(?!h1:g:)/ }])
  for (let n = 0; n < 8; n += 1) {
    g.origin.script(`/${n}`, ok('x'))
    await got(await g.fetch(g.origin.url(`/${n}`)))
  }
  await turnFor(g.clock, 60_000)
  const closed = g.states.filter(({ state }) => state === 'closed')
  expect(closed.length).toBeGreaterThan(3)
  // After 1, 2 and 4 seconds, then each five.
  expect(closed.length).toBeLessThan(20)
  g.far.chaos.use([])
  await turnFor(g.clock, 12_000)
  expect(g.states.at(-1)).toMatchObject({ state: 'closed' })
})

test('a late writer that is refused is no failure', async () => {
  await using g = await withRemote()
  const fenced = Object.assign(new Error('late'), { code: 'FENCED' })
  g.far.chaos.use([{ do: { throw: fenced }, on: ['set', 'setMany'] }])
  for (let n = 0; n < 5; n += 1) {
    g.origin.script(`/${n}`, ok('x'))
    await got(await g.fetch(g.origin.url(`/${n}`)))
  }
  await g.fetch.idle()
  expect(g.told('tier-error').map(({ error }) => error)).not.toContain(fenced)
})

test('ready: says how each tier is; strict rejects with the name of the one that is not', async () => {
  await using g = await withRemote([memory()])
  expect(await g.fetch.cache.ready()).toEqual({
    tiers: [
      { name: 'memory', state: 'closed' },
      { name: 'far', state: 'closed' },
    ],
  })
  expect(await g.fetch.cache.ready({ strict: true })).toMatchObject({ tiers: [{}, { state: 'closed' }] })
  g.far.chaos.use([{ do: 'throw', on: ['set', 'setMany'] }])
  const health = await g.fetch.cache.ready()
  expect(health.tiers[1]).toMatchObject({ name: 'far', state: 'open', error: expect.any(Error) })
  await expect(g.fetch.cache.ready({ strict: true })).rejects.toMatchObject({
    code: 'STORE',
    message: expect.stringContaining('far'),
  })
  expect(await got(await g.fetch(g.origin.url('/f')))).toBe('v1 (miss)')
  g.far.chaos.use([])
  expect((await g.fetch.cache.ready()).tiers[1]).toEqual({ name: 'far', state: 'closed' })
  // @ts-expect-error an option that is none
  await expect(g.fetch.cache.ready({ strikt: true })).rejects.toThrow(/strikt.*strict/)
})

test('ready: a tier that hangs is waited for 5 s, not for ever', async () => {
  await using g = await withRemote()
  g.far.chaos.use([{ do: 'hang' }])
  const since = g.clock.monotonic()
  const health = await turnUntil(g.clock, g.fetch.cache.ready(), { limit: 10_000 })
  expect(health.tiers[0]).toMatchObject({ name: 'far', state: 'open' })
  expect(g.clock.monotonic() - since).toBeLessThanOrEqual(5_100)
})
