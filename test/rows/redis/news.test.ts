import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import type { CachedFetch } from '../../../src/index.ts'
import { describeRedis } from '../../adapters/redis/servers.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { until } from '../../helpers/redis.ts'
import { anInstance, got } from '../stores/given.ts'
import { aPlace, type Place, PUBLIC } from './given.ts'

// What one process says reaches the memory of another over Redis, within a second and before its next hit (issue 6: invalidation).

interface Two {
  readonly place: Place
  readonly url: string
  readonly other: CachedFetch
  /** Its clock stands still, so that by itself it looks for nothing. */
  readonly fetch: CachedFetch
}

const listeners = async (place: Place): Promise<number> =>
  Number(((await place.ask('PUBSUB', 'NUMSUB', 'holdfast/n')) as [string, number])[1])

async function two(): Promise<Two> {
  const place = await aPlace()
  const url = place.origin.url('/f')
  place.origin.script('/f', inOrder(ok('one', PUBLIC), ok('two', PUBLIC), ok('three', PUBLIC)))
  const clock = manualClock(Date.now())
  const tiers = () => [memory(), place.redis()]
  const other = anInstance({ tiers: tiers(), storeTimeout: '1m' })
  const fetch = anInstance({ tiers: tiers(), clock, storeTimeout: '1m' })
  await got(await other(url, { holdfast: { tags: ['prices'] } }))
  await other.idle()
  expect(await got(await fetch(url))).toBe('one (hit)')
  await until(async () => (await listeners(place)) === 2)
  return { place, url, other, fetch }
}

const words: [string, (g: Two) => Promise<unknown>, string][] = [
  ['an invalidation by url', (g) => g.other.cache.invalidate({ url: g.url }), 'two (miss)'],
  ['an invalidation by tag', (g) => g.other.cache.invalidate({ tag: 'prices' }), 'two (miss)'],
  ['an invalidation by group', (g) => g.other.cache.invalidate({ group: 'default' }), 'two (miss)'],
  ['a new version', async (g) => got(await g.other(g.url, { cache: 'reload' })), 'two (hit)'],
  ['a policy', (g) => g.other.entry(g.url).setPolicy({ ttl: 0 }), 'two (miss)'],
  ['a refusal', (g) => g.other.entry(g.url).label('failed', { reason: 'no' }), 'two (miss)'],
  ['a deletion', (g) => g.other.entry(g.url).delete(), 'two (miss)'],
]

describeRedis('news', () => {
  test.each(words)('%s by another process is here before the next hit', async (_, say, then) => {
    const g = await two()
    expect(await got(await g.fetch(g.url))).toBe('one (hit)')
    await say(g)
    let seen = 'one (hit)'
    await until(async () => {
      seen = await got(await g.fetch(g.url))
      return seen !== 'one (hit)'
    })
    expect(seen).toBe(then)
  })

  test('who hears is connected again when the line was cut, and what is no news is nothing', async () => {
    const g = await two()
    for (const word of [
      '',
      'x',
      'x {',
      'x null',
      'x {"of":"entry"}',
      'x {"of":"marks","names":[1],"at":9e99}',
      `x ${'['.repeat(9_999)}`,
    ])
      await g.place.ask('PUBLISH', 'holdfast/n', word)
    expect(await got(await g.fetch(g.url))).toBe('one (hit)')
    await g.place.line.down()
    await until(async () => (await listeners(g.place)) === 0)
    await g.place.line.up()
    await until(async () => (await g.other.cache.ready()).tiers.at(-1)?.state === 'closed')
    await until(async () => (await listeners(g.place)) >= 1)
  })

  test('a process without memory hears nothing, and needs no connection for it', async () => {
    const place = await aPlace()
    place.origin.script('/f', ok('one', PUBLIC))
    const fetch = anInstance({ tiers: [place.redis()] })
    await got(await fetch(place.origin.url('/f')))
    await fetch.idle()
    expect(await listeners(place)).toBe(0)
  })
})
