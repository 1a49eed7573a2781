import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import { createCachedFetch, type EntryInfo } from '../../../src/index.ts'
import { inOrder, ok } from '../../helpers/origin/index.ts'
import { given, rejection } from '../download/given.ts'
import { all, get, HOUR, names, places } from './upkeep.ts'

// B31: what is stored, by group, tag and URL, in pages.
describe.each(places)('over %s', (_, tiers) => {
  test('150 entries in pages of 100 and 50, without overlap, in the same order each time', async () => {
    await using g = await given({ tiers: tiers(), ttl: '1h' })
    const wanted = Array.from({ length: 150 }, (_, n) => `https://example.org/${n}`)
    for (const url of wanted) await g.fetch.put(url, new Response('x'))
    const whole = (await all(g.fetch.cache.entries())).map(({ key }) => key)
    const first: EntryInfo[] = []
    for await (const entry of g.fetch.cache.entries()) if (first.push(entry) === 100) break
    const second = await all(g.fetch.cache.entries({ after: first.at(-1)?.key ?? '' }))
    expect([first.length, second.length]).toEqual([100, 50])
    expect([...first, ...second].map(({ key }) => key)).toEqual(whole)
    expect([...first, ...second].map(({ url }) => url).sort()).toEqual(wanted.sort())
  })

  test('what is told of an entry', async () => {
    await using g = await given({ tiers: tiers(), ttl: 0 })
    g.origin.script('/f', inOrder(ok('one'), ok('three')))
    const holdfast = { tags: ['prices', 'daily'], meta: { why: 'a test' }, group: 'mine', ttl: 0 }
    await get(g, '/f?token=secret', { holdfast })
    await g.clock.advance(HOUR)
    const at = g.clock.now()
    await get(g, '/f?token=secret', { holdfast })
    await g.clock.advance(HOUR)
    const [entry, ...others] = await all(g.fetch.cache.entries())
    expect(others).toEqual([])
    expect(entry).toMatchObject({ method: 'GET', group: 'mine', meta: { why: 'a test' }, versions: 2, bytes: 8 })
    expect(entry?.url).toBe(`${g.origin.url('/f')}?…`)
    expect([...(entry?.tags ?? [])].sort()).toEqual(['daily', 'prices'])
    expect(entry?.lastRequestedAt).toEqual(new Date(at))
  })

  test('filters by group, tag and URL, and by all of them', async () => {
    await using g = await given({ tiers: tiers(), ttl: '1h' })
    for (const path of ['/a/1', '/a/2', '/b/3']) g.origin.script(path, ok('x'))
    await get(g, '/a/1', { holdfast: { tags: ['t'] } })
    await get(g, '/a/2', { holdfast: { group: 'g' } })
    await get(g, '/b/3', { holdfast: { group: 'g', tags: ['t', 'u'] } })
    const { cache } = g.fetch
    expect(await names(cache.entries({ group: 'g' }))).toEqual(['2', '3'])
    expect(await names(cache.entries({ tag: 't' }))).toEqual(['1', '3'])
    expect(await names(cache.entries({ match: '/a/*' }))).toEqual(['1', '2'])
    expect(await names(cache.entries({ match: g.origin.url('/b/:n'), group: 'g', tag: 'u' }))).toEqual(['3'])
    expect(await names(cache.entries({ group: 'nobody' }))).toEqual([])
  })
})

test('entries of all tiers are one list, each of them once; a deleted one is in none', async () => {
  const shared = sqlite(':memory:')
  await using g = await given({ tiers: [shared], ttl: '1h' })
  await g.fetch.put('https://example.org/far', new Response('x'))
  await g.fetch.put('https://example.org/both', new Response('x'))
  const near = memory()
  const both = createCachedFetch({ tiers: [near, shared], clock: g.clock, ttl: '1h' })
  await (await both('https://example.org/both')).text()
  const alone = createCachedFetch({ tiers: [near], clock: g.clock, ttl: '1h' })
  await alone.put('https://example.org/near', new Response('x'))
  expect(await names(both.cache.entries())).toEqual(['both', 'far', 'near'])
  expect(await both.cache.delete({ url: 'https://example.org/both' })).toBe(1)
  expect(await names(both.cache.entries())).toEqual(['far', 'near'])
})

test('a tier that cannot be listed is left out, and told', async () => {
  const broken = chaos(sqlite(':memory:'), { faults: [{ on: 'keys', do: 'throw' }] })
  await using g = await given({ tiers: [memory(), broken], ttl: '1h' })
  await g.fetch.put('https://example.org/a', new Response('x'))
  expect(await names(g.fetch.cache.entries())).toEqual(['a'])
  expect(g.told('tier-error')).toMatchObject([{ tier: 'sqlite', operation: 'keys' }])
})

test('a list that is left in the middle holds nothing up, and looking over it is no use', async () => {
  const tier = memory({ maxItems: 8 })
  await using g = await given({ tiers: [tier], ttl: '1h' })
  for (const n of [1, 2, 3, 4]) await g.fetch.put(`https://example.org/${n}`, new Response('x'))
  for await (const _ of g.fetch.cache.entries()) break
  await all(g.fetch.cache.entries())
  await g.fetch.put('https://example.org/5', new Response('x'))
  // Entry and version of the one that was used longest ago are gone, whatever the order of the list.
  expect(await names(g.fetch.cache.entries())).toEqual(['2', '3', '4', '5'])
})

test.each([
  ['entries', { skip: 1 }, 'entries.skip'],
  ['entries', { match: '(' }, 'entries.match'],
  ['entries', { match: () => true }, 'entries.match'],
  ['entries', { tag: '' }, 'entries.tag'],
  ['entries', { after: 3 }, 'entries.after'],
  ['invalidate', {}, 'invalidate'],
  ['invalidate', { tag: 'a', group: 'b' }, 'invalidate'],
  ['invalidate', { url: 'not a url' }, 'invalidate.url'],
  ['delete', { everything: true }, 'delete.everything'],
  ['delete', undefined, 'delete'],
  ['sweep', { dryrun: true }, 'dryRun'],
  ['sweep', { dryRun: 'yes' }, 'sweep.dryRun'],
  ['audit', { repair: 1 }, 'audit.repair'],
  ['copyTo', {}, 'copyTo'],
  ['copyTo', undefined, 'copyTo'],
])('cache.%s(%o) is a TypeError that says what is right', async (method, options, named) => {
  await using g = await given()
  const cache = g.fetch.cache as unknown as Record<string, (given: unknown) => unknown>
  const call = async (): Promise<unknown> => cache[method]?.(options)
  const error = await call().catch((reason: unknown) => reason as Error)
  expect(error).toBeInstanceOf(TypeError)
  expect((error as Error).message).toContain(named)
})

test('after close() all of it is CLOSED, a list under way too', async () => {
  await using g = await given({ tiers: [sqlite(':memory:')], ttl: '1h' })
  for (let n = 0; n < 250; n++) await g.fetch.put(`https://example.org/${n}`, new Response('x'))
  const list = g.fetch.cache.entries()[Symbol.asyncIterator]()
  await list.next()
  await g.fetch.close()
  const { cache } = g.fetch
  const rest = async (): Promise<void> => {
    for (let n = 0; n < 250; n++) await list.next()
  }
  const calls = [
    rest,
    async () => all(cache.entries()),
    () => cache.invalidate({ tag: 't' }),
    () => cache.delete({ tag: 't' }),
    () => cache.sweep(),
    () => cache.audit(),
    () => cache.copyTo(memory()),
  ]
  for (const call of calls) expect((await rejection(call())).code).toBe('CLOSED')
})
