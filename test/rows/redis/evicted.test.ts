import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { createCachedFetch } from '../../../src/index.ts'
import { describeRedis } from '../../adapters/redis/servers.ts'
import { another, aPlace, judged, type Place, serve } from './given.ts'

// A Redis that evicts takes what was asked for longest ago: the record of a version, for hits are answered by the copy beside its entry.
const PATHS = ['/b/300/small', '/b/200000/large']

async function withoutRecords(path: string): Promise<Place> {
  const place = await aPlace()
  serve(place.origin, [path])
  const writer = another(place)
  await judged(writer(place.origin.url(path)), path)
  await writer.idle()
  for (const key of await place.keys('/h1:v:')) await place.ask('DEL', key)
  return place
}

describeRedis.each(PATHS)('the record of %s is evicted, and its entry is not', (path) => {
  test('what is a hit is listed, labelled and pinned too, and asks the origin for nothing', async () => {
    const place = await withoutRecords(path)
    const fetch = another(place)
    const entry = fetch.entry(place.origin.url(path))
    expect(await judged(fetch(place.origin.url(path)), path)).toBe('right')
    expect(await entry.versions()).toHaveLength(1)
    expect((await entry.label('app-1')).labels).toEqual(['app-1'])
    await entry.pin()
    const labelled = fetch(place.origin.url(path), { holdfast: { require: { label: 'app-1' } } })
    expect(await judged(labelled, path)).toBe('right')
    expect(place.origin.hits(path)).toBe(1)
  })

  test('an audit finds no damage and takes nothing away, and a copy has it', async () => {
    const place = await withoutRecords(path)
    const fetch = another(place)
    expect((await fetch.cache.audit()).damaged).toEqual([])
    const copy = memory()
    await fetch.cache.copyTo(copy)
    const offline = createCachedFetch({ tiers: [copy], mode: 'offline' })
    expect(await judged(offline(place.origin.url(path)), path)).toBe('right')
    expect(place.origin.hits(path)).toBe(1)
  })

  test('with its body gone too it is damaged, and given up', async () => {
    const place = await withoutRecords(path)
    for (const key of await place.keys('/h1:c:')) await place.ask('DEL', key)
    const { damaged } = await another(place).cache.audit()
    expect(damaged).toHaveLength(path === PATHS[0] ? 0 : 1)
  })
})
