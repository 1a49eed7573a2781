import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Store } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder as place } from './given.ts'

// What is said of an entry is under way until it is written: who ends or rests the instance waits for it.
const FRESH = { headers: { 'Cache-Control': 'max-age=600' } }
const WORDS = Array.from({ length: 10 }, (_, n) => `word-${n}`)
const stores: [string, (path: string) => Store[]][] = [
  ['a file', (path) => [sqlite(join(path, 'cache.db'))]],
  ['memory before a file', (path) => [memory(), sqlite(join(path, 'cache.db'))]],
  ['a folder', (path) => [folder(join(path, 'cache'))]],
]

test.each(stores)('%s: what was said before close() is stored when that resolves', async (_, open) => {
  const origin = await anOrigin()
  origin.script('/f', ok('one', FRESH))
  const [path, url] = [place(), origin.url('/f')]
  const fetch = anInstance({ tiers: open(path) })
  const response = await fetch(url)
  await response.text()
  const entry = fetch.entry(url)
  const said = [
    ...WORDS.map((word) => entry.label(word)),
    entry.pin(),
    entry.setPolicy({ ttl: '7h' }),
    fetch.reject(response, 'no'),
  ]
  const all = Promise.allSettled(said)
  await fetch.close()
  await all
  const again = anInstance({ tiers: open(path), mode: 'offline' }).entry(url)
  const [version] = await again.versions({ limit: 0 })
  expect(version?.labels.filter((word) => word !== 'failed').toSorted()).toEqual(WORDS)
  expect(version?.pinned).toBe(true)
  expect(version?.labels).toContain('failed')
  expect(await again.policy()).toEqual({ ttl: '7h' })
})

test.each(stores)('%s: and what was said before idle()', async (_, open) => {
  const origin = await anOrigin()
  origin.script('/f', ok('one', FRESH))
  const [path, url] = [place(), origin.url('/f')]
  const fetch = anInstance({ tiers: open(path) })
  await (await fetch(url)).text()
  let isSaid = false
  const saying = fetch
    .entry(url)
    .label('mine')
    .then(() => (isSaid = true))
  await fetch.idle()
  expect(isSaid).toBe(true)
  await saying
  const deleting = fetch.entry(url).delete()
  await fetch.close()
  await deleting
  expect(
    await anInstance({ tiers: open(path), mode: 'offline' })
      .entry(url)
      .versions(),
  ).toEqual([])
})

test.each(stores)('%s: what a hit was asked for with is found by who lists, or deletes, by it', async (_, open) => {
  const origin = await anOrigin()
  origin.script('/f', ok('one', FRESH))
  const url = origin.url('/f')
  const fetch = anInstance({ tiers: open(place()) })
  await (await fetch(url)).text()
  for (const tag of WORDS) {
    await (await fetch(url, { holdfast: { tags: [tag], meta: tag } })).text()
    const listed = await Array.fromAsync(fetch.cache.entries({ tag }))
    expect(listed.map(({ meta }) => meta)).toEqual([tag])
  }
  await (await fetch(url, { holdfast: { tags: ['gone'] } })).text()
  expect(await fetch.cache.delete({ tag: 'gone' })).toBe(1)
  expect(await fetch.cache.has(url)).toBe(false)
})
