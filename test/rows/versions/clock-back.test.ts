import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import type { CachedFetch, EntryInfo } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { aFile, another, type History, HOUR, history } from './histories.ts'

// A clock is set back, or another process has one that is ahead: what is said later counts all the same.
const TAGGED = { holdfast: { tags: ['prices'], meta: { why: 'a report' }, ttl: '1d' } }

/** A store forgets by the machine's own clock that an entry was deleted. */
const start = (file: string): Promise<History> => history([memory(), sqlite(file)], {}, manualClock(Date.now()))

/** Another instance of an hour before the deletion. */
async function deletedAhead(g: History, file: string): Promise<CachedFetch> {
  await g.atOnce('1')
  await g.entry.delete()
  g.clock.jump(-HOUR)
  return another(g, [memory(), sqlite(file)])
}

async function listed(fetch: CachedFetch): Promise<EntryInfo[]> {
  const infos: EntryInfo[] = []
  for await (const info of fetch.cache.entries()) infos.push(info)
  return infos
}

test('deleted, then the clock is set back: a policy, tags and meta said after it are kept', async () => {
  const file = aFile()
  await using g = await start(file)
  const later = await deletedAhead(g, file)
  await later.entry(g.url).setPolicy({ ttl: '2d' })
  expect(await later.entry(g.url).policy()).toEqual({ ttl: '2d' })
  await (await later(g.url, TAGGED)).text()
  expect(await listed(later)).toMatchObject([{ tags: ['prices'], meta: { why: 'a report' } }])
  const hits = g.origin.hits('/f')
  await later.cache.invalidate({ tag: 'prices' })
  await (await later(g.url, TAGGED)).text()
  expect(g.origin.hits('/f')).toBe(hits + 1)
})

test.each(['one entry', 'by URL'])('the clock is set back, then it is deleted, %s: policy, tags and meta too', async (how) => {
  const file = aFile()
  await using g = await start(file)
  g.origin.script('/f', ok('1'))
  await (await g.fetch(g.url, TAGGED)).text()
  await g.entry.setPolicy({ ttl: '2d' })
  g.clock.jump(-HOUR)
  const later = another(g, [memory(), sqlite(file)])
  if (how === 'by URL') await later.cache.delete({ url: g.url })
  else await later.entry(g.url).delete()
  expect(await later.entry(g.url).policy()).toEqual({})
  expect(await listed(later)).toEqual([])
})

test('a hit after a deletion in the future: its tags and meta are kept', async () => {
  const file = aFile()
  await using g = await start(file)
  const later = await deletedAhead(g, file)
  await (await later(g.url, { holdfast: { ttl: '1d' } })).text()
  await (await later(g.url, TAGGED)).text()
  await later.idle()
  expect(await listed(later)).toMatchObject([{ tags: ['prices'], meta: { why: 'a report' } }])
})
