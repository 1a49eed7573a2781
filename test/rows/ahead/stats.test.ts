import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import type { Stats } from '../../../src/index.ts'
import { gate, ok, redirect, retryLater, status } from '../../helpers/origin/index.ts'
import { turnUntil } from '../../helpers/turning.ts'
import { given, seen } from '../download/given.ts'
import { HOUR, MINUTE } from '../versions/histories.ts'
import { pass } from './kit.ts'

test('of an instance that was not asked anything', async () => {
  await using g = await given()
  const nothing: Stats = {
    hits: 0,
    stale: 0,
    misses: 0,
    revalidated: 0,
    fallbacks: 0,
    bytesSaved: 0,
    requests: 0,
    sent: 0,
    hosts: {},
    waits: { count: 0, ms: 0 },
    tiers: [{ name: 'memory', state: 'closed' }],
  }
  expect(g.fetch.cache.stats()).toEqual(nothing)
})

test('what is stale and refreshed behind is a hit, and counted as stale', async () => {
  await using g = await given({ ttl: '1m', staleWhileRevalidate: '1h' })
  g.origin.script('/f', ok('x'))
  await seen(g.fetch(g.origin.url('/f')))
  await g.clock.advance(2 * MINUTE)
  await seen(g.fetch(g.origin.url('/f')))
  await g.fetch.idle()
  expect(g.fetch.cache.stats()).toMatchObject({ requests: 2, hits: 1, stale: 1, misses: 1, sent: 2 })
})

test('a refresh without a caller is sent, and is no request of a caller', async () => {
  await using g = await given({ ttl: '1d', refresh: { every: '1h' } })
  g.origin.script('/f', ok('x'))
  await seen(g.fetch(g.origin.url('/f')))
  await pass(g, 3 * HOUR + 30 * MINUTE)
  expect(g.fetch.cache.stats()).toMatchObject({ requests: 1, misses: 1, hits: 0, sent: 4 })
  expect(await g.fetch.entry(g.origin.url('/f')).stats()).toMatchObject({ requests: 1 })
})

test('each request by its host: attempts and redirects', async () => {
  await using g = await given({ retry: { attempts: 2 } })
  await using other = await given()
  other.origin.script('/there', status(503), ok('x'))
  g.origin.script('/here', redirect(other.origin.url('/there')))
  await turnUntil(g.clock, seen(g.fetch(g.origin.url('/here'))))
  expect(g.fetch.cache.stats()).toMatchObject({ sent: 4, hosts: { [g.origin.host]: 2, [other.origin.host]: 2 } })
})

test('waits: for a place in the line of a host, and for as long as it asked', async () => {
  await using g = await given({ limits: { concurrency: 1 } })
  const slow = gate(ok('x'))
  g.origin.script('/one', slow)
  g.origin.script('/two', ok('x'))
  const both = [seen(g.fetch(g.origin.url('/one')))]
  await slow.arrived
  both.push(seen(g.fetch(g.origin.url('/two'))))
  await g.clock.advance(700)
  slow.release()
  await Promise.all(both)
  expect(g.fetch.cache.stats().waits).toEqual({ count: 1, ms: 700 })
  g.origin.script('/later', retryLater('3'), ok('x'))
  await turnUntil(g.clock, seen(g.fetch(g.origin.url('/later'))))
  const { count, ms } = g.fetch.cache.stats().waits
  expect(count).toBe(2)
  expect(ms).toBeGreaterThanOrEqual(3_700)
})

test('a tier that is left alone', async () => {
  const broken = memory()
  const fails = (): Promise<never> => Promise.reject(new Error('of the disk'))
  Object.assign(broken, { name: 'broken', live: undefined, get: fails, getMany: fails })
  await using g = await given({ tiers: [memory(), broken] })
  g.origin.script('/f', ok('x'))
  for (let n = 0; n < 4; n++) await seen(g.fetch(g.origin.url(`/f`), { cache: 'reload' }))
  expect(g.fetch.cache.stats().tiers).toMatchObject([
    { name: 'memory', state: 'closed' },
    { name: 'broken', state: 'open', error: { message: expect.stringContaining('of the disk') } },
  ])
})

test('what is told is a copy', async () => {
  await using g = await given()
  const told = g.fetch.cache.stats()
  told.requests = 7
  told.hosts['example.org:443'] = 7
  told.waits.count = 7
  expect(g.fetch.cache.stats()).toMatchObject({ requests: 0, hosts: {}, waits: { count: 0 } })
})

test('of many hosts: the thousand that were asked last', async () => {
  const answer = async (): Promise<Response> => new Response('x')
  await using g = await given({ fetch: answer, ttl: 0, tiers: [memory({ maxItems: 10 })] })
  const urls = Array.from({ length: 1_010 }, (_, n) => `http://h${n}.example/`)
  for await (const one of g.fetch.prefetch(urls, { concurrency: 1 })) expect(one.ok).toBe(true)
  const { hosts, sent } = g.fetch.cache.stats()
  expect(sent).toBe(1_010)
  expect(Object.keys(hosts)).toHaveLength(1_000)
  expect([hosts['h0.example:80'], hosts['h1009.example:80']]).toEqual([undefined, 1])
})
