import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, inspect } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { gate, ok } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { given, seen } from '../download/given.ts'
import { folder, lasting } from './given.ts'

// A disk that takes bodies and does not give them back is a broken tier: a miss, and no error of the call.
const body = pseudoRandom(2_500_000, 'large')

test.each(lasting)('%s that cannot read a large body back: it comes once more, and to somewhere else', async (_, open) => {
  const clock = manualClock()
  const store = chaos(open(folder(), clock), { clock, faults: [{ do: 'throw', on: ['bodies.read', 'bodies.size'] }] })
  await using g = await given({ tiers: [memory({ maxEntryBytes: '64KB' }), store] }, clock)
  g.origin.script('/f', ok(body))
  const response = await g.fetch(g.origin.url('/f'))
  expect(sha256(await response.bytes())).toBe(sha256(body))
  expect([inspect(response)?.outcome, g.origin.hits('/f')]).toEqual(['miss', 2])

  store.chaos.use([])
  await clock.advance(60_000)
  await g.fetch.cache.ready()
  await g.fetch(g.origin.url('/f'))
  expect(await g.fetch.cache.has(g.origin.url('/f'))).toBe(true)
})

test('what is brought to its tier while its like is being downloaded is kept: the bytes that came are not needed', async () => {
  const clock = manualClock()
  const path = join(folder(), 'cache.db')
  const store = chaos(sqlite(path, { clock }), { clock, faults: [{ do: 'throw', on: ['bodies.read', 'bodies.size'] }] })
  // A disk takes its time, and the clock is turned far at once.
  const patient = { fallback: false, timeouts: { headers: '1d', deadline: '1d' }, storeTimeout: '1d' } as const
  await using g = await given({ tiers: [memory({ maxEntryBytes: '64KB' }), store], ...patient }, clock)
  const waiting = gate(ok(body))
  g.origin.script('/f', ok(body), ok(body), waiting)
  await (await g.fetch(g.origin.url('/f'))).bytes()
  store.chaos.use([])
  const again = g.fetch(g.origin.url('/f'))
  await waiting.arrived
  await clock.advance(60_000)
  await g.fetch.cache.ready()
  await using other = createCachedFetch({ tiers: [sqlite(path, { clock })], clock })
  await vi.waitUntil(() => other.cache.has(g.origin.url('/f')))
  await rounds()
  waiting.release()
  const response = await again
  expect([inspect(response)?.outcome, sha256(await response.bytes())]).toEqual(['revalidated', sha256(body)])
  expect(await g.fetch.cache.has(g.origin.url('/f'))).toBe(true)
})

test('one that takes what is too large for memory, and can be read no more: each call has its bytes', async () => {
  const clock = manualClock()
  const store = chaos(sqlite(':memory:', { clock }), { clock, faults: [{ do: 'throw', on: ['get', 'getMany'] }] })
  await using g = await given({ tiers: [memory({ maxEntryBytes: '64KB' }), store], ttl: '1h' }, clock)
  g.origin.script('/f', ok(body.subarray(0, 100_000)))
  for (const outcome of ['miss', 'hit', 'hit']) {
    const response = await g.fetch(g.origin.url('/f'))
    expect([sha256(await response.bytes()), inspect(response)?.outcome]).toEqual([sha256(body.subarray(0, 100_000)), outcome])
  }
  expect(g.origin.hits('/f')).toBe(2)
})

test('one that does not give a check what it is to read: the version before, and STORE where there is none', async () => {
  const clock = manualClock()
  const store = chaos(sqlite(':memory:', { clock }), { clock, faults: [{ do: 'throw', on: ['get', 'getMany'] }] })
  await using g = await given({ tiers: [memory({ maxEntryBytes: '64KB' }), store] }, clock)
  const check = async (response: Response): Promise<void> => void (await response.text())
  const large = ok(body.subarray(0, 100_000))
  g.origin.script('/f', ok('before'), large)
  g.origin.script('/g', large)
  await seen(g.fetch(g.origin.url('/f')))
  const calls = ['/f', '/g'].map((path) => seen(g.fetch(g.origin.url(path), { holdfast: { check } })))
  expect(await Promise.all(calls)).toEqual([{ status: 200, text: 'before', outcome: 'fallback' }, { rejected: 'STORE' }])
})

test.each([
  ['sqlite', 'cache.db.bodies'],
  ['a folder', 'files/h1/bodies'],
])('%s with a file where its bodies should stand: a sweep and an audit say STORE, and where', async (name, bodies) => {
  const [place, open] = [folder(), new Map(lasting).get(name) ?? memory]
  await using g = await given({ tiers: [open(place, manualClock())] })
  g.origin.script('/f', ok(body))
  await g.fetch(g.origin.url('/f'))
  await g.fetch.idle()
  rmSync(join(place, bodies), { recursive: true, force: true })
  writeFileSync(join(place, bodies), 'in the way')
  for (const look of [() => g.fetch.cache.sweep(), () => g.fetch.cache.audit()])
    await expect(look()).rejects.toMatchObject({ code: 'STORE', message: expect.stringContaining(place) })
})
