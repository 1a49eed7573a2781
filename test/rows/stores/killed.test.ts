import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import { pseudoRandom } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin } from './given.ts'

// What the kill test (`npm run kill-test`) has found, each without a process that is killed.

async function keysOf(store: { keys(prefix: string): AsyncIterable<string> }, prefix: string): Promise<string[]> {
  return Array.fromAsync(store.keys(prefix))
}

test('killed after it was said that a version is removed, and before its record went: a sweep carries it out', async () => {
  const origin = await anOrigin()
  origin.script('/f', ok(pseudoRandom(300_000, 'one')), ok(pseudoRandom(300_000, 'two')))
  const store = chaos(sqlite(':memory:'), { faults: [{ do: 'throw', on: 'delete', key: /^h1:v:/ }] })
  const fetch = anInstance({ tiers: [store], versions: { keep: 1 } })
  await (await fetch(origin.url('/f'))).arrayBuffer()
  await (await fetch(origin.url('/f'))).arrayBuffer()
  await fetch.idle()
  expect(await keysOf(store, 'h1:v:')).toHaveLength(2)
  store.chaos.use([])
  expect(await fetch.cache.sweep()).toMatchObject({ versions: 1 })
  expect(await keysOf(store, 'h1:v:')).toHaveLength(1)
  expect(await fetch.cache.sweep()).toMatchObject({ versions: 0 })
  expect(await fetch.cache.audit()).toEqual({ checked: 1, damaged: [], repaired: 0 })
})
