import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import type { CachedFetch, Store } from '../../../src/index.ts'
import { createCachedFetch, inspect } from '../../../src/index.ts'
import { inOrder, notModified, ok, redirect } from '../../helpers/origin/index.ts'
import { type Given, given } from '../download/given.ts'
import { folder, got } from './given.ts'

// What one process says reaches the memory of another within a second (issue 6: invalidation; B03).

interface Two extends Given {
  /** Another process, as far as it matters: a memory of its own before the same file. */
  readonly other: CachedFetch
  /** A hit of this one out of memory, and what it heard behind it. */
  hit(): Promise<string>
}

async function two(): Promise<Two> {
  const clock = manualClock()
  const file = join(folder(), 'cache.db')
  const g = await given({ tiers: [memory(), sqlite(file, { clock })], ttl: '1h' }, clock)
  const other = createCachedFetch({ tiers: [memory(), sqlite(file, { clock })], clock, ttl: '1h' })
  g.origin.script('/f', inOrder(ok('one'), ok('two'), ok('three')))
  const url = g.origin.url('/f')
  await got(await g.fetch(url, { holdfast: { tags: ['prices'] } }))
  const hit = async (): Promise<string> => {
    const text = await got(await g.fetch(url))
    await g.fetch.idle()
    return text
  }
  const dispose = async (): Promise<void> => {
    await other.close()
    await g[Symbol.asyncDispose]()
  }
  await hit()
  return { ...g, other, hit, [Symbol.asyncDispose]: dispose }
}

const words: [string, (g: Two) => Promise<unknown>, string][] = [
  ['an invalidation by url', (g) => g.other.cache.invalidate({ url: g.origin.url('/f') }), 'two (miss)'],
  ['an invalidation by tag', (g) => g.other.cache.invalidate({ tag: 'prices' }), 'two (miss)'],
  ['an invalidation by group', (g) => g.other.cache.invalidate({ group: 'default' }), 'two (miss)'],
  ['a new version', async (g) => got(await g.other(g.origin.url('/f'), { cache: 'reload' })), 'two (hit)'],
  ['a policy', (g) => g.other.entry(g.origin.url('/f')).setPolicy({ ttl: 0 }), 'two (miss)'],
  ['a refusal', (g) => g.other.entry(g.origin.url('/f')).label('failed', { reason: 'no' }), 'two (miss)'],
  ['a deletion', (g) => g.other.entry(g.origin.url('/f')).delete(), 'two (miss)'],
]

test.each(words)('%s by another process counts here a second later, at the first hit', async (_, say, then) => {
  await using g = await two()
  await g.clock.advance(5)
  await say(g)
  await g.other.idle()
  expect(await g.hit(), 'within the second nobody is asked').toBe('one (hit)')
  await g.clock.advance(1_001)
  expect(await g.hit()).toBe(then)
})

test.each(words)('%s by another process, long after the last hit: the same', async (_, say, then) => {
  await using g = await two()
  await g.clock.advance(60_000)
  expect(await g.hit()).toBe('one (hit)')
  await g.clock.advance(60_000)
  await say(g)
  await g.other.idle()
  expect(await g.hit()).toBe(then)
})

test('while nobody changes anything a hit reads nothing', async () => {
  const clock = manualClock()
  const file = sqlite(join(folder(), 'cache.db'), { clock })
  const looks = file.glance
  let glances = 0
  const glance: Store['glance'] = (keys) => {
    glances++
    return looks?.(keys)
  }
  await using g = await given({ tiers: [memory(), Object.assign(file, { glance })], ttl: '1h' }, clock)
  g.origin.script('/f', ok('one'))
  for (let n = 0; n < 2; n++) {
    expect(await got(await g.fetch(g.origin.url('/f')))).toMatch(/^one/)
    await g.fetch.idle()
    await clock.advance(1_001)
  }
  await got(await g.fetch(g.origin.url('/f')))
  const before = glances
  for (let n = 0; n < 10; n++) {
    await clock.advance(1_001)
    expect(await got(await g.fetch(g.origin.url('/f')))).toBe('one (hit)')
  }
  expect(glances).toBe(before)
})

test('within a second the file is asked once, however many hits there are', async () => {
  const clock = manualClock()
  const file = chaos(sqlite(':memory:', { clock }), { clock })
  await using g = await given({ tiers: [memory(), file], ttl: '1h' }, clock)
  g.origin.script('/f', ok('one'))
  const hits = async (): Promise<number> => {
    const before = file.chaos.calls('get') + file.chaos.calls('getMany')
    for (let n = 0; n < 100; n += 1) expect(await got(await g.fetch(g.origin.url('/f')))).toMatch(/^one/)
    await g.fetch.idle()
    return file.chaos.calls('get') + file.chaos.calls('getMany') - before
  }
  await hits()
  expect(await hits()).toBe(0)
  await clock.advance(1_001)
  expect(await hits()).toBe(1)
  await clock.advance(999)
  expect(await hits()).toBe(0)
})

test('an invalidation of the URL that a redirect led to counts here too, a second later', async () => {
  await using g = await two()
  g.origin.script('/old', redirect('/f', 301))
  const hit = async (): Promise<string> => {
    const text = await got(await g.fetch(g.origin.url('/old')))
    await g.fetch.idle()
    return text
  }
  expect(await hit()).toBe('two (miss)')
  expect(await hit()).toBe('two (hit)')
  await g.other.cache.invalidate({ url: g.origin.url('/f') })
  await g.clock.advance(1_001)
  expect(await hit()).toBe('three (miss)')
})

test('the answer that stands in for a refused one is the answer from then on, though memory had heard of an older one alone', async () => {
  const [clock, file] = [manualClock(), join(folder(), 'cache.db')]
  const across = (): Store => ({ ...chaos(sqlite(file, { clock }), {}), remote: true })
  await using g = await given({ tiers: [memory(), across()], ttl: '1h' }, clock)
  await using other = createCachedFetch({ tiers: [memory(), across()], clock, ttl: '1h' })
  g.origin.script('/f', inOrder(ok('one'), ok('two'), ok('three')))
  const url = g.origin.url('/f')
  await got(await g.fetch(url))
  const bad = await g.fetch(url, { cache: 'reload' })
  await g.fetch.idle()
  expect(await got(await other(url, { cache: 'reload' }))).toBe('three (miss)')
  await other.idle()
  expect(await got(await g.fetch.reject(bad, 'no good'))).toBe('three (hit)')
  expect(await got(await g.fetch(url))).toBe('three (hit)')
})

test('what another process has renewed is so in memory too: for who takes it at any age, and without a further trip', async () => {
  const [clock, file] = [manualClock(), join(folder(), 'cache.db')]
  const across = (): Store => ({ ...chaos(sqlite(file, { clock }), {}), remote: true })
  await using g = await given({ tiers: [memory(), across()], ttl: 'http' }, clock)
  await using other = createCachedFetch({ tiers: [memory(), across()], clock })
  const [etag, url] = ['"1"', g.origin.url('/f')]
  g.origin.script('/f', ok('one', { etag, headers: { 'Cache-Control': 'max-age=10', 'X-At': 'first' } }))
  for (const fetch of [g.fetch, other]) {
    await got(await fetch(url))
    await fetch.idle()
  }
  g.origin.script('/f', notModified({ etag, headers: { 'Cache-Control': 'max-age=1000', 'X-At': 'later' } }))
  await clock.advance(11_000)
  expect(await got(await other(url))).toBe('one (revalidated)')
  await other.idle()
  const told = async (init: RequestInit): Promise<unknown[]> => {
    const answer = await g.fetch(url, init)
    await g.fetch.idle()
    return [answer.headers.get('x-at'), inspect(answer)]
  }
  await told({ cache: 'force-cache' })
  expect(await told({ cache: 'force-cache' })).toMatchObject(['later', { tier: 'sqlite' }])
  expect(await told({})).toMatchObject(['later', { tier: 'memory' }])
})
