import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CachedFetch, Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder } from './given.ts'

// A chunk of a body at rest is read once for those who read side by side, and once for a reader whose pieces are smaller than it.

const CHUNKS = 6
const BODY = pseudoRandom(CHUNKS * 1024 * 1024)

/** The same store, and how often a part of a body was read. */
function counted(store: Store): { store: Store; reads: () => number } {
  const { bodies } = store
  if (bodies === undefined) throw new Error('this store has no files')
  let reads = 0
  const read: typeof bodies.read = (id, from, to) => {
    reads++
    return bodies.read(id, from, to)
  }
  const counting = new Proxy(store, {
    get: (target, name) => {
      if (name === 'bodies') return { ...bodies, read }
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  return { store: counting, reads: () => reads }
}

async function given(): Promise<{ fetch: CachedFetch; url: string; reads: () => number }> {
  const origin = await anOrigin()
  origin.script('/f', ok(BODY, { headers: { 'Cache-Control': 'max-age=600' } }))
  const { store, reads } = counted(sqlite(join(folder(), 'cache.db')))
  return { fetch: anInstance({ tiers: [store] }), url: origin.url('/f'), reads }
}

async function digestOf(response: Response): Promise<string> {
  return sha256(Buffer.concat(await Array.fromAsync(response.body as ReadableStream<Uint8Array>)))
}

test('those who read side by side', async () => {
  const { fetch, url, reads } = await given()
  const responses = await Promise.all(Array.from({ length: 8 }, () => fetch(url)))
  const before = reads()
  for (const digest of await Promise.all(responses.map(digestOf))) expect(digest).toBe(sha256(BODY))
  // Each for itself would be 48; whether a chunk is still in memory for the next of them is up to the collector.
  expect(reads() - before).toBeLessThan(4 * CHUNKS)
})

test('one who follows the download', async () => {
  const { fetch, url, reads } = await given()
  expect(await digestOf(await fetch(url, { holdfast: { delivery: 'streaming' } }))).toBe(sha256(BODY))
  // Piece by piece of 64 KiB would be 96.
  expect(reads()).toBeLessThan(4 * CHUNKS)
})
