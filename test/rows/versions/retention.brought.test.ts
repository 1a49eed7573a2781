import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos, manualClock } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { folder as scratch } from '../stores/given.ts'
import { keysOf } from './bodies-at-rest.ts'
import { another, type History, history, MINUTE, SECOND } from './histories.ts'

// A store that makes room spares the body of a pinned version, also one that came after the pin, out of another tier.
const stores: [string, () => () => Store][] = [
  [
    'sqlite',
    () => {
      const file = join(scratch(), 'cache.db')
      return () => sqlite(file, { maxBytes: '2MB' })
    },
  ],
  [
    'a folder',
    () => {
      const dir = scratch()
      return () => folder(dir, { maxBytes: '2MB' })
    },
  ],
]
const body = pseudoRandom(300_000, 'pinned')

async function fill(g: History): Promise<void> {
  for (let n = 0; n < 12; n += 1) {
    g.origin.script(`/${n}`, ok(pseudoRandom(200_000, `${n}`)))
    await (await g.fetch(g.origin.url(`/${n}`))).arrayBuffer()
    await g.fetch.idle()
  }
}

/** What the store alone has of what is pinned. */
async function pinnedIn(g: History, store: Store): Promise<string> {
  const answer = await another(g, [store])(g.url, { holdfast: { require: { pinned: true } } })
  return sha256(new Uint8Array(await answer.arrayBuffer()))
}

test.each(stores)('over %s: repaired by an audit', async (_, opening) => {
  const open = opening()
  const store = open()
  await using g = await history([store, sqlite(':memory:')])
  await g.atOnce(body)
  await g.entry.pin()
  await g.fetch.idle()
  await store.delete(await keysOf(store, 'c'))
  expect(await g.fetch.cache.audit()).toMatchObject({ repaired: 1 })
  await fill(g)
  expect(await pinnedIn(g, open())).toBe(sha256(body))
})

test.each(stores)('over %s: it did not take the body at first, and was brought it later', async (_, opening) => {
  const open = opening()
  const clock = manualClock()
  const store = chaos(open(), { clock })
  await using g = await history([sqlite(':memory:'), store], {}, clock)
  await g.atOnce('small')
  await g.fetch.idle()
  store.chaos.use([
    { do: 'throw', on: 'setMany', key: /^h1:c:/ },
    { do: 'throw', on: 'set', key: /^h1:c:/ },
  ])
  await g.atOnce(body)
  await g.fetch.idle()
  await g.entry.pin()
  await g.fetch.idle()
  store.chaos.use([])
  for (let waited = 0; waited < MINUTE; waited += 5 * SECOND) {
    await g.clock.advance(5 * SECOND)
    await g.fetch.idle()
  }
  await fill(g)
  expect(await pinnedIn(g, open())).toBe(sha256(body))
})

test.each(stores)('over memory and %s, which has given up what memory still has: pinned there', async (_, opening) => {
  const open = opening()
  for (const size of [100, 300_000]) {
    const own = pseudoRandom(size, 'pinned')
    await using g = await history([memory(), open()])
    await g.atOnce(own)
    await fill(g)
    const pin = await g.entry.pin()
    await fill(g)
    expect(await pinnedIn(g, open())).toBe(sha256(own))
    await pin.unpin()
  }
})
