import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { counting, gate, ok } from '../../helpers/origin/index.ts'
import { turnFor } from '../../helpers/turning.ts'
import { given, seen } from '../download/given.ts'
import { aFile, another, DAY, HOUR, MINUTE, SECOND } from '../versions/histories.ts'
import { pass } from './kit.ts'

// Buffy's strategy "age": what is so old is asked for again, without anybody asking (B61, B67, B134).
describe('refresh.every', () => {
  test('without a caller: asked for when it is so old, and the next caller finds the new one in memory', async () => {
    await using g = await given({ ttl: '1h', refresh: { every: '60s' } })
    g.origin.script('/f', counting())
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: '1' })
    await pass(g, 59 * SECOND)
    expect(g.origin.hits('/f')).toBe(1)
    await pass(g, 2 * SECOND)
    expect(g.origin.hits('/f')).toBe(2)
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: '2', outcome: 'hit' })
    await pass(g, 5 * MINUTE)
    expect(g.origin.hits('/f')).toBe(7)
  })

  test('lazily, with ttl alone: nobody asks, and nothing is asked', async () => {
    await using g = await given({ ttl: '60s' })
    g.origin.script('/f', counting())
    await seen(g.fetch(g.origin.url('/f')))
    await pass(g, 10 * MINUTE)
    expect(g.origin.hits('/f')).toBe(1)
    expect(await seen(g.fetch(g.origin.url('/f')))).toMatchObject({ text: '2' })
  })

  test('with conditions: what has not changed is not sent again', async () => {
    await using g = await given({ ttl: '1h', refresh: { every: '1m' } })
    g.origin.script('/f', ok('x', { etag: '"1"' }))
    await seen(g.fetch(g.origin.url('/f')))
    await pass(g, MINUTE)
    expect(g.origin.requests('/f')[1]?.headers['if-none-match']).toBe('"1"')
    expect(g.told('stored')).toHaveLength(1)
  })

  test('counted from the last confirmation, whoever brought it', async () => {
    await using g = await given({ ttl: '1h', refresh: { every: '1h' } })
    g.origin.script('/f', counting())
    await seen(g.fetch(g.origin.url('/f')))
    await pass(g, 50 * MINUTE)
    await seen(g.fetch(g.origin.url('/f'), { cache: 'no-cache' }))
    await pass(g, 50 * MINUTE)
    expect(g.origin.hits('/f')).toBe(2)
    await pass(g, 10 * MINUTE)
    expect(g.origin.hits('/f')).toBe(3)
  })

  test.each([
    ['the call', { holdfast: { refresh: { every: '1m' } } }, {}],
    ['a rule', {}, { rules: [{ match: '/f', refresh: { every: '1m' } }] }],
    ['the instance', {}, { refresh: { every: '1m' } }],
  ])('said by %s', async (_, init, options) => {
    await using g = await given({ ttl: '1h', ...options })
    g.origin.script('/f', ok('x'))
    await seen(g.fetch(g.origin.url('/f'), init))
    await pass(g, 3 * MINUTE)
    expect(g.origin.hits('/f')).toBe(4)
  })

  test('said by the entry’s stored policy, and taken back', async () => {
    await using g = await given({ ttl: '1h' })
    g.origin.script('/f', ok('x'))
    const entry = g.fetch.entry(g.origin.url('/f'))
    await seen(entry.fetch())
    await entry.setPolicy({ refresh: { every: '1m' } })
    await pass(g, 2 * MINUTE)
    expect(g.origin.hits('/f')).toBe(3)
    await entry.setPolicy(undefined)
    await pass(g, 10 * MINUTE)
    expect(g.origin.hits('/f')).toBe(3)
  })

  test('false ends it', async () => {
    await using g = await given({ ttl: '1h', refresh: { every: '1m' } })
    g.origin.script('/f', ok('x'))
    await seen(g.fetch(g.origin.url('/f')))
    await pass(g, MINUTE)
    await seen(g.fetch(g.origin.url('/f'), { holdfast: { refresh: false } }))
    await pass(g, 10 * MINUTE)
    expect(g.origin.hits('/f')).toBe(2)
  })

  test('what was put is refreshed; what is no answer to keep is not', async () => {
    await using g = await given({ ttl: '1h', refresh: { every: '1m' } })
    for (const path of ['/put', '/post', '/none']) g.origin.script(path, ok('x', { headers: { 'cache-control': 'no-store' } }))
    await g.fetch.put(g.origin.url('/put'), new Response('seed'))
    await seen(g.fetch(g.origin.url('/post'), { method: 'POST', body: 'x' }))
    await seen(g.fetch(g.origin.url('/none')))
    await pass(g, MINUTE)
    expect([g.origin.hits('/put'), g.origin.hits('/post'), g.origin.hits('/none')]).toEqual([1, 1, 1])
  })

  test('not after it was deleted, by its handle or by an administrator; not after close', async () => {
    await using g = await given({ ttl: '1h', refresh: { every: '1m' } })
    for (const path of ['/one', '/two', '/three']) {
      g.origin.script(path, ok('x'))
      await seen(g.fetch(g.origin.url(path)))
    }
    await g.fetch.entry(g.origin.url('/one')).delete()
    await g.fetch.cache.delete({ url: g.origin.url('/two') })
    await pass(g, 2 * MINUTE)
    await g.fetch.close()
    await turnFor(g.clock, 5 * MINUTE, MINUTE)
    expect([g.origin.hits('/one'), g.origin.hits('/two'), g.origin.hits('/three')]).toEqual([1, 1, 3])
    expect(g.clock.pending).toBe(0)
  })

  test('each variant by its own headers', async () => {
    await using g = await given({ ttl: '1h', refresh: { every: '1m' } })
    g.origin.script('/f', ok('x', { headers: { vary: 'accept-language' } }))
    for (const language of ['de', 'en']) await seen(g.fetch(g.origin.url('/f'), { headers: { 'accept-language': language } }))
    await pass(g, MINUTE)
    const asked = g.origin.requests('/f').map(({ headers }) => headers['accept-language'])
    expect(asked.slice(0, 2)).toEqual(['de', 'en'])
    expect(new Set(asked.slice(2))).toEqual(new Set(['de', 'en']))
    expect(asked).toHaveLength(4)
  })
})

test('a restart inside the interval asks nothing, one after it asks once (B67)', async () => {
  const tiers = ((file) => () => [sqlite(file)])(aFile())
  await using g = await given({ tiers: tiers(), ttl: '10d', refresh: { every: '1h' } }, manualClock(Date.now()))
  g.origin.script('/f', ok('x'))
  await seen(g.fetch(g.origin.url('/f')))
  await g.fetch.close()
  await g.clock.advance(30 * MINUTE)
  const second = another(g, tiers(), { ttl: '10d', refresh: { every: '1h' } })
  await seen(second(g.origin.url('/f')))
  await pass({ ...g, fetch: second }, 29 * MINUTE)
  expect(g.origin.hits('/f')).toBe(1)
  await second.close()
  await g.clock.advance(10 * HOUR)
  const third = another(g, tiers(), { ttl: '10d', refresh: { every: '1h' } })
  await seen(third(g.origin.url('/f')))
  await pass({ ...g, fetch: third }, SECOND)
  expect(g.origin.hits('/f')).toBe(2)
  await pass({ ...g, fetch: third }, 59 * MINUTE)
  expect(g.origin.hits('/f')).toBe(2)
})

test('a clock that was set back: it goes on at its pace, also where what is stored was confirmed in the future', async () => {
  const tiers = ((file) => () => [sqlite(file)])(aFile())
  const options = { ttl: '10d', refresh: { every: '10m' } }
  await using g = await given({ tiers: tiers(), ...options }, manualClock(Date.now()))
  g.origin.script('/f', ok('x'))
  await seen(g.fetch(g.origin.url('/f')))
  g.clock.jump(-DAY)
  await pass(g, HOUR + MINUTE)
  expect(g.origin.hits('/f')).toBe(7)
  await g.fetch.close()
  g.clock.jump(-DAY)
  const second = another(g, tiers(), options)
  await seen(second(g.origin.url('/f')))
  const before = g.origin.hits('/f')
  await pass({ ...g, fetch: second }, HOUR)
  expect(g.origin.hits('/f')).toBeGreaterThan(before + 4)
  await second.close()
})

test('at most eight under way at a time', async () => {
  await using g = await given({ ttl: '1h', limits: { concurrency: 100 }, refresh: { every: '1m' } })
  const held = gate(ok('x'))
  for (let n = 0; n < 30; n++) {
    g.origin.script(`/${n}`, ok('x'), held)
    await seen(g.fetch(g.origin.url(`/${n}`)))
  }
  await turnFor(g.clock, MINUTE, 10 * SECOND)
  await held.atLeast(8)
  await turnFor(g.clock, 100, 100)
  expect(held.arrivals).toBe(8)
  held.release()
  await pass(g, SECOND)
  expect(held.arrivals).toBe(30)
})
