import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder as folderStore } from '../../../adapters/stores/folder.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/index.ts'
import { gate, ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder } from './given.ts'

// An entry of which nobody had anything is written without being looked for. Whoever has written it meanwhile loses nothing.

const FRESH = { headers: { 'Cache-Control': 'max-age=600', 'Content-Type': 'text/plain' } }

const places: [string, (at: string) => Store[]][] = [
  ['SQLite', (at) => [sqlite(join(at, 'cache.db'))]],
  ['memory before SQLite', (at) => [memory(), sqlite(join(at, 'cache.db'))]],
  ['a folder', (at) => [folderStore(at)]],
]

test('the right to download it is given back with the write, and the store is not asked for that again', async () => {
  const told: string[] = []
  const store = chaos(sqlite(':memory:'), {})
  const { lease, compareAndSet } = store
  store.lease = async (key, ms) => {
    told.push(`lease ${key.slice(0, 4)}`)
    return lease?.(key, ms)
  }
  store.compareAndSet = async (known, entries, options) => {
    told.push(options?.release === true ? 'written, and given back' : 'written')
    return compareAndSet?.(known, entries, options) ?? false
  }
  const origin = await anOrigin()
  origin.script('/a', ok('downloaded', FRESH))
  const fetch = anInstance({ tiers: [store] })
  expect(await (await fetch(origin.url('/a'))).text()).toBe('downloaded')
  expect(told.filter((word) => word !== 'lease h1:g')).toEqual(['lease h1:e', 'written, and given back'])
})

test.each(places)('what another process puts while it is downloaded stands beside it: %s', async (_, tiersAt) => {
  const at = folder()
  const origin = await anOrigin()
  const url = origin.url('/a')
  const held = gate(ok('downloaded', FRESH))
  origin.script('/a', held)
  const [one, other] = [anInstance({ tiers: tiersAt(at) }), anInstance({ tiers: tiersAt(at) })]
  const downloading = one(url)
  await held.arrived
  await other.put(url, new Response('put', FRESH))
  await other.entry(url).label('mine')
  held.release()
  expect(await (await downloading).text()).toBe('downloaded')
  await Promise.all([one.idle(), other.idle()])
  const third = anInstance({ tiers: tiersAt(at), mode: 'offline' })
  const versions = await third.entry(url).versions()
  const textOf = async (id: string): Promise<string | undefined> =>
    (await (await third.entry(url).version(id))?.response())?.text()
  const told = await Promise.all(versions.map(async ({ id, labels }) => [await textOf(id), labels.includes('mine')]))
  expect(new Map(told as [string, boolean][])).toEqual(
    new Map([
      ['downloaded', false],
      ['put', true],
    ]),
  )
})
