import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CachedFetch } from '../../../src/index.ts'
import { type Bench, bench, thrownBy } from './kit.ts'

/** An instance that finds a result of an earlier release, which had another codec. */
async function reopened(b: Bench, size: number): Promise<CachedFetch> {
  const tiers = () => ({ tiers: [sqlite(b.file('a.db'))] })
  const earlier = b.open(tiers())
  await earlier.buffered(() => ({ text: 'x'.repeat(size) }), { name: 'report', ttl: '1h' })()
  await earlier.close()
  return b.open(tiers())
}

describe.each([10, 2_000_000])('a result of %s bytes that was stored under another codec', (size) => {
  test('is made anew, once for all who ask at the same moment', async () => {
    await using b = await bench()
    let runs = 0
    const report = (await reopened(b, size)).buffered(() => ({ run: ++runs }), { name: 'report', ttl: '1h', codec: 'json' })
    expect(await Promise.all([report(), report(), report()])).toEqual([{ run: 1 }, { run: 1 }, { run: 1 }])
  })

  test.each([
    ['while it is fresh', 0],
    ['when it is stale', 7_200_000],
  ])('is nothing to fall back to: what the function throws is thrown, and it runs once (%s)', async (_, passed) => {
    await using b = await bench()
    const fetch = await reopened(b, size)
    await b.clock.advance(passed)
    const failure = new Error('out of order')
    let runs = 0
    const work = async (): Promise<object> => {
      runs++
      throw failure
    }
    const report = fetch.buffered(work, { name: 'report', ttl: '1h', codec: 'json' })
    for (const nth of [1, 2]) {
      expect(await thrownBy(report())).toBe(failure)
      expect(runs).toBe(nth)
    }
    for (const thrown of await Promise.all([report(), report()].map(thrownBy))) expect(thrown).toBe(failure)
  })
})
