import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { type ChaosStore, chaos, manualClock } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { folder as scratch } from '../stores/given.ts'
import { all, another, type History, history, SECOND } from './histories.ts'

// What tells a store to spare a version goes with the pin, also where who pins or unpins is killed or stopped in between (design: retention).
const stores: [string, () => () => Store][] = [
  ['sqlite', () => opening((dir) => sqlite(join(dir, 'cache.db'), { maxBytes: '2MB' }))],
  ['a folder', () => opening((dir) => folder(dir, { maxBytes: '2MB' }))],
]
const body = pseudoRandom(300_000, 'pinned')

function opening(open: (dir: string) => Store): () => Store {
  const dir = scratch()
  return () => open(dir)
}

/** A process that works on a store, and one that comes after it. */
async function twoOn(open: () => Store): Promise<{ g: History; store: ChaosStore; next: ReturnType<typeof another> }> {
  const clock = manualClock()
  const store = chaos(open(), { clock })
  const g = await history([store], {}, clock)
  await g.atOnce(body)
  return { g, store, next: another(g, [open()]) }
}

/** Downloads other things until the store has been filled several times. */
async function fill(g: History, fetch: ReturnType<typeof another>): Promise<void> {
  for (let n = 0; n < 20; n += 1) {
    g.origin.script(`/${n}`, ok(pseudoRandom(200_000, `${n}`)))
    await (await fetch(g.origin.url(`/${n}`))).arrayBuffer()
  }
}

test.each(stores)('over %s: who unpins is killed as soon as that is written: it goes as all else does', async (_, opens) => {
  const { g, store, next } = await twoOn(opens())
  await using _g = g
  const pin = await g.entry.pin()
  store.chaos.use([{ do: 'throw', on: 'delete' }])
  await pin.unpin()
  await fill(g, next)
  expect(await all(next.entry(g.url))).toEqual([])
})

test('who unpins is stopped as soon as that is written: what another pins meanwhile stays', async () => {
  const open = opening((dir) => sqlite(join(dir, 'cache.db'), { maxBytes: '2MB' }))
  const { g, store, next } = await twoOn(open)
  await using _g = g
  const pin = await g.entry.pin()
  store.chaos.use([{ do: { delay: SECOND }, on: 'delete' }])
  const unpinned = pin.unpin()
  const theirs = next.entry(g.url)
  await expect.poll(() => all(theirs)).toMatchObject([{ pinned: false }])
  await theirs.pin()
  await g.clock.advance(SECOND)
  await unpinned
  await fill(g, next)
  const kept = await next(g.url, { holdfast: { require: { pinned: true } } })
  expect(sha256(new Uint8Array(await kept.arrayBuffer()))).toBe(sha256(body))
})

test.each([1, 2, 3])('over a folder: who pins is killed before file %i is in its place; pinned again, it stays', async (nth) => {
  const open = opening((dir) => folder(dir, { maxBytes: '2MB' }))
  const { g, store, next } = await twoOn(open)
  await using _g = g
  const whole = store.setMany.bind(store)
  store.setMany = async (entries, options) => {
    if (entries.some(({ key }) => key.startsWith('h1:e:'))) {
      await whole(entries.slice(0, nth - 1), options)
      store.chaos.use([{ do: 'throw' }])
    }
    return whole(entries, options)
  }
  await g.entry.pin().catch(() => undefined)
  await next.entry(g.url).pin()
  await fill(g, next)
  const kept = await next(g.url, { holdfast: { require: { pinned: true } } })
  expect(sha256(new Uint8Array(await kept.arrayBuffer()))).toBe(sha256(body))
})
