import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Store } from '../../../src/model/store.ts'
import { scratch } from '../../adapters/scratch.ts'
import { ok } from '../../helpers/origin/index.ts'
import { rounds } from '../../helpers/turning.ts'
import { given } from '../download/given.ts'
import { readerOf, take } from '../download/reading.ts'

// Larger than what is held in memory while it comes.
const BODY = Buffer.alloc(9 * 1024 * 1024, 'x')

/** Tells whether it was told to close. */
function watched(): { store: Store; closed: () => boolean } {
  const store = sqlite(`${scratch('memory')}/cache.db`)
  const closing = store.close.bind(store)
  let closed = false
  const close = async (): Promise<void> => {
    closed = true
    await closing()
  }
  return { store: Object.assign(store, { close }), closed: () => closed }
}

test.each(['whole', 'streaming'] as const)('who reads slowly when the instance is closed has all of it, %s', async (delivery) => {
  const { store, closed } = watched()
  await using g = await given({ tiers: [store], ttl: '1h' })
  g.origin.script('/f', ok(BODY))
  const reader = readerOf(await g.fetch(g.origin.url('/f'), { holdfast: { delivery } }))
  const first = await take(reader, 1)
  await g.fetch.idle()
  await g.fetch.close()
  await g.clock.advance(60_000)
  await rounds()
  expect(closed()).toBe(false)
  expect(first.length + (await take(reader, BODY.length)).length).toBe(BODY.length)
  await expect.poll(closed).toBe(true)
})

test.each(['whole', 'streaming'] as const)('who has not begun has 30 s, beside one who reads, %s', async (delivery) => {
  const { store, closed } = watched()
  await using g = await given({ tiers: [store], ttl: '1h' })
  g.origin.script('/f', ok(BODY))
  const ask = (): Promise<Response> => g.fetch(g.origin.url('/f'), { holdfast: { delivery } })
  const [unread, response] = [await ask(), await ask()]
  const reader = readerOf(response)
  await take(reader, 1)
  await g.fetch.idle()
  await g.fetch.close()
  await g.clock.advance(30_000)
  await rounds()
  expect(closed()).toBe(false)
  await reader.cancel()
  await expect.poll(closed).toBe(true)
  expect(unread.bodyUsed).toBe(false)
})

test.each([
  ['the answer to a POST', { method: 'POST', body: 'x' }],
  ['a live answer', { holdfast: { delivery: 'live' } }],
] as const)('%s, which passes through, is read to its end, and its connection goes with it', async (_, init) => {
  await using g = await given()
  g.origin.script('/f', ok(BODY))
  g.origin.script('/idle', ok('idle'))
  const [reading, unread] = [await g.fetch(g.origin.url('/f'), init), await g.fetch(g.origin.url('/f'), init)]
  await g.fetch(g.origin.url('/idle'))
  const reader = readerOf(reading)
  const first = await take(reader, 1)
  expect(g.origin.openConnections).toBe(3)
  await g.fetch.close()
  await expect.poll(() => g.origin.openConnections).toBe(2)
  expect(first.length + (await take(reader, BODY.length)).length).toBe(BODY.length)
  expect(BODY.equals(await unread.bytes())).toBe(true)
  await expect.poll(() => g.origin.openConnections).toBe(0)
})
