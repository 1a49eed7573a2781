import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type Clock, createCachedFetch } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { cut, gatedBody, ok } from '../../helpers/origin/index.ts'
import { seen } from '../download/given.ts'
import { bodiesOf, keysOf } from './bodies-at-rest.ts'
import { aFile, another, DAY, type History, HOUR, history, MINUTE, SECOND } from './histories.ts'

// Bodies that no version names go, but only when unnamed in two sweeps an hour apart; what is being written is not touched.
// One instance keeps all, another that keeps less sweeps.
const KEEP_20 = { versions: { keep: 20 } }
const SIZES = [200_000, 3_000_000]

/** A clock that is so much ahead of the test's. */
function ahead(g: History): Clock & { by: number } {
  const clock = {
    by: 0,
    now: () => g.clock.now() + clock.by,
    monotonic: () => g.clock.monotonic() + clock.by,
    setTimeout: (fn: () => void, ms: number) => g.clock.setTimeout(fn, ms),
  }
  return clock
}

test.each(SIZES)('bodies of %d bytes whose versions are collected: there for an hour, gone after it', async (size) => {
  const store = sqlite(aFile())
  await using g = await history([store], KEEP_20)
  const { cache } = g.fetch.extend({ versions: { keep: 2 } })
  await g.atOnce(...['1', '2', '3', '4', '5'].map((seed) => pseudoRandom(size, seed)))
  const before = (await bodiesOf(store)).length
  for (let n = 0; n < 3; n += 1) await cache.sweep()
  expect(await bodiesOf(store)).toHaveLength(before)
  await g.clock.advance(59 * MINUTE)
  await cache.sweep()
  expect(await bodiesOf(store)).toHaveLength(before)
  await g.clock.advance(2 * MINUTE)
  await cache.sweep()
  await g.clock.advance(HOUR + SECOND)
  await cache.sweep()
  expect(await bodiesOf(store)).toHaveLength(2)
  expect(await keysOf(store, 'd')).toHaveLength(2)
  expect((await g.entry.versions()).map((version) => version.size)).toEqual([size, size])
})

test('the report counts bodies and their bytes when they go', async () => {
  await using g = await history([sqlite(aFile())], KEEP_20)
  const { cache } = g.fetch.extend({ versions: { keep: 1 } })
  await g.atOnce(...['1', '2', '3'].map((seed) => pseudoRandom(2_000_000, seed)))
  let [bodies, bytes] = [0, 0]
  for (let n = 0; n < 4; n += 1) {
    const dry = await cache.sweep({ dryRun: true })
    const report = await cache.sweep()
    // What is tried first is what is done then.
    expect(dry).toEqual(report)
    bodies += report.bodies
    bytes += report.bytes
    // The clock of this test stands still between its sweeps but for this.
    await g.clock.advance(HOUR + SECOND)
  }
  // The instance's own sweeper may have come first, then these count what it left; never more than there was.
  expect(bodies).toBeLessThanOrEqual(2)
  expect(bytes).toBeLessThan(4_100_000)
})

test('a body that two entries share stays while one of them names it', async () => {
  const store = sqlite(aFile())
  await using g = await history([store], KEEP_20)
  const { cache } = g.fetch.extend({ versions: { keep: 1 } })
  const shared = pseudoRandom(3_000_000, 'shared')
  for (const path of ['/a', '/b']) {
    g.origin.script(path, ok(shared))
    await seen(g.fetch(g.origin.url(path)))
  }
  expect(await bodiesOf(store)).toHaveLength(1)
  expect(await g.fetch.cache.delete({ url: g.origin.url('/a') })).toBe(1)
  for (let n = 0; n < 3; n += 1) {
    await cache.sweep()
    await g.clock.advance(2 * HOUR)
  }
  const answer = await g.fetch(g.origin.url('/b'), { cache: 'force-cache' })
  expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(shared))
  await g.fetch.cache.delete({ url: g.origin.url('/b') })
  for (let n = 0; n < 3; n += 1) {
    await cache.sweep()
    await g.clock.advance(2 * HOUR)
  }
  expect(await bodiesOf(store)).toEqual([])
  expect(await keysOf(store, 'v')).toEqual([])
})

test('a body that is unnamed once and named again is not taken by the second sweep', async () => {
  const store = sqlite(aFile())
  await using g = await history([store], KEEP_20)
  const { cache } = g.fetch.extend({ versions: { keep: 1 } })
  const again = pseudoRandom(3_000_000, 'again')
  await g.brings(again, 'other')
  await cache.sweep()
  // The same bytes come back after the first sweep saw them unnamed.
  g.origin.script('/f', ok(again))
  await seen(g.fetch(g.url, { cache: 'reload' }))
  await g.clock.advance(HOUR + MINUTE)
  await cache.sweep()
  await g.clock.advance(HOUR + MINUTE)
  await cache.sweep()
  const answer = await g.fetch(g.url, { cache: 'force-cache' })
  expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(again))
})

test('a body in the making is not touched by the sweeps of another process, hours ahead of it', async () => {
  const file = aFile()
  const body = pseudoRandom(5_000_000, 'making')
  await using g = await history([sqlite(file)])
  const gate = gatedBody(body, 4_000_000, { etag: '"1"' })
  g.origin.script('/f', gate)
  const download = g.fetch(g.url)
  await gate.arrived
  const clock = ahead(g)
  const sweeper = createCachedFetch({ tiers: [sqlite(file)], clock })
  for (const by of [0, HOUR, 2 * HOUR + 1, 5 * HOUR]) {
    clock.by = by
    await sweeper.cache.sweep()
  }
  gate.release()
  expect(sha256(new Uint8Array(await (await download).arrayBuffer()))).toBe(sha256(body))
  const reader = another(g, [sqlite(file)], { mode: 'offline' })
  expect(sha256(new Uint8Array(await (await reader(g.url)).arrayBuffer()))).toBe(sha256(body))
  await sweeper.close()
})

test('a partial that nobody goes on with: there for a day, then gone with its body', async () => {
  const store = sqlite(aFile())
  await using g = await history([store], { fallback: { cooldown: 0 } })
  g.origin.script('/f', cut(pseudoRandom(5_000_000, 'half'), 3_500_000, { etag: '"1"', ranges: true }))
  expect((await seen(g.fetch(g.url))).rejected).toBe('TRUNCATED')
  await g.fetch.idle()
  expect(await keysOf(store, 'p')).toHaveLength(1)
  await g.clock.advance(23 * HOUR)
  expect((await g.fetch.cache.sweep()).partials).toBe(0)
  expect(await keysOf(store, 'p')).toHaveLength(1)
  await g.clock.advance(2 * HOUR)
  await g.fetch.cache.sweep()
  expect(await keysOf(store, 'p')).toEqual([])
  for (let n = 0; n < 2; n += 1) {
    await g.clock.advance(HOUR + MINUTE)
    await g.fetch.cache.sweep()
  }
  expect(await bodiesOf(store)).toEqual([])
})

test('a partial of yesterday that was gone on with today is not dead', async () => {
  const [store, body] = [sqlite(aFile()), pseudoRandom(5_000_000, 'half')]
  await using g = await history([store], { fallback: { cooldown: 0 } })
  g.origin.script('/f', cut(body, 2_500_000, { etag: '"1"', ranges: true }), cut(body, 1_500_000, { etag: '"1"', ranges: true }))
  await seen(g.fetch(g.url))
  await g.clock.advance(20 * HOUR)
  await seen(g.fetch(g.url))
  await g.clock.advance(DAY - 20 * HOUR + HOUR)
  await g.fetch.cache.sweep()
  g.origin.script('/f', ok(body, { etag: '"1"', ranges: true }))
  const answer = await g.fetch(g.url)
  expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(body))
  expect(g.origin.requests('/f').at(-1)?.headers.range).toMatch(/^bytes=\d{7}-$/)
})
