import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { sealed } from '../../../adapters/stores/sealed.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CachedFetch, Store } from '../../../src/index.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder as place } from './given.ts'

// Stores that cannot compare what they have: who reads, merges and writes does it in turn, and the turn passes on when it is written.
const KEY = randomBytes(32)
const WORDS = Array.from({ length: 50 }, (_, n) => `word-${String(n).padStart(2, '0')}`)
const stores: [string, (path: string) => Store][] = [
  ['a folder', (path) => folder(join(path, 'cache'))],
  ['a sealed folder', (path) => sealed(folder(join(path, 'cache')), { encrypt: KEY })],
  ['a sealed file', (path) => sealed(sqlite(join(path, 'cache.db')), { encrypt: KEY })],
]

test.each(stores)('%s: of 50 words that two instances say at once none is lost', async (_, open) => {
  const origin = await anOrigin()
  origin.script('/f', ok('one', { headers: { 'Cache-Control': 'max-age=600' } }))
  const path = place()
  // A store that is too slow is left alone, and what it was not brought waits in hand: a busy disk is not what this is about.
  const instance = (): CachedFetch => anInstance({ tiers: [open(path)], storeTimeout: '2m' })
  const [one, other] = [instance(), instance()]
  await (await one(origin.url('/f'))).text()
  await Promise.all(WORDS.map((word, n) => (n % 2 === 0 ? one : other).entry(origin.url('/f')).label(word)))
  const [version] = await instance().entry(origin.url('/f')).versions()
  expect([...(version?.labels ?? [])].toSorted()).toEqual(WORDS)
})
