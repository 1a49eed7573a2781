import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ManualClock, manualClock } from '../../../adapters/testing/index.ts'
import { createCachedFetch, type Store } from '../../../src/index.ts'
import { startChild } from '../../helpers/child.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { turnFor, turnUntil } from '../../helpers/turning.ts'
import { given } from '../download/given.ts'
import { folder } from './given.ts'

const LOCK = new URL('../../adapters/children/hold-lock.ts', import.meta.url)
const FRESH = { headers: { 'Cache-Control': 'public, max-age=3600' } }
const STORE_TIMEOUT = 2_000
/** For the origin's answer, on a clock that is turned on meanwhile. */
const A_MOMENT = 50

/** The bytes by their digest, and what the call cost on the hand-turned clock. */
async function timed(clock: ManualClock, call: Promise<Response>): Promise<[string, number]> {
  const since = clock.monotonic()
  const bytes = call.then((response) => response.arrayBuffer())
  const digest = sha256(new Uint8Array(await turnUntil(clock, bytes, { step: 0.2 })))
  return [digest, clock.monotonic() - since]
}

// Another process holds BEGIN EXCLUSIVE for 30 s (S03).
test.each([
  ['sqlite alone', (): Store[] => []],
  ['memory before it', () => [memory()]],
  ['memory before it that takes none of the bodies', () => [memory({ maxEntryBytes: '1B' })]],
])('reads and fetches go on within the store’s time limit, and what was missed is written later: %s', async (_name, before) => {
  const [clock, file, sizes] = [manualClock(), join(folder(), 'cache.db'), [200, 300_000, 1_300_000]]
  const body = (n: number): Buffer => pseudoRandom(sizes[n % 3] ?? 0, `locked ${n}`)
  await using g = await given({ tiers: [...before(), sqlite(file, { clock })], ttl: 'http' }, clock)
  for (let n = 0; n < 9; n += 1) g.origin.script(`/${n}`, ok(body(n), FRESH))
  for (const n of [0, 1, 2]) expect((await timed(clock, g.fetch(g.origin.url(`/${n}`))))[0]).toBe(sha256(body(n)))
  await turnUntil(clock, g.fetch.idle())
  await using other = startChild(LOCK, { args: [file] })
  expect(await other.message()).toBe('locked')
  const since = clock.monotonic()
  const costs: number[] = []
  for (let n = 0; n < 9; n += 1) {
    const [digest, cost] = await timed(clock, g.fetch(g.origin.url(`/${n}`)))
    expect(digest).toBe(sha256(body(n)))
    costs.push(cost)
  }
  // The first that is new waits for the store, once; neither what is stored nor the others do.
  expect(costs[3]).toBeLessThanOrEqual(STORE_TIMEOUT + A_MOMENT)
  expect(Math.max(...costs.toSpliced(3, 1))).toBeLessThan(STORE_TIMEOUT / 2)
  for (let n = 0; n < 9; n += 1) expect((await timed(clock, g.fetch(g.origin.url(`/${n}`))))[0]).toBe(sha256(body(n)))
  expect(
    costs.map((_, n) => g.origin.hits(`/${n}`)),
    'what waits to be written is a hit',
  ).toEqual(costs.map(() => 1))
  await turnFor(clock, 30_000 - (clock.monotonic() - since), 500)
  other.send('release')
  expect(await other.message()).toBe('released')
  await turnFor(clock, 15_000, 5)
  await turnUntil(clock, g.fetch.idle())
  await using elsewhere = createCachedFetch({ tiers: [sqlite(file, { clock })], clock, mode: 'offline' })
  const found: string[] = []
  // One after the other: nine who turn one clock side by side run the time of the store out nine times as fast as it can answer.
  for (let n = 0; n < 9; n += 1) found.push((await timed(clock, elsewhere(g.origin.url(`/${n}`))))[0])
  expect(found).toEqual(Array.from({ length: 9 }, (_, n) => sha256(body(n))))
})
