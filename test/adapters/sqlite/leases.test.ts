import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { systemClock } from '../../../src/model/clock.ts'
import { scratch } from '../scratch.ts'
import { alter } from './written.ts'

/** Whether somebody holds the lock for writing. */
function isLocked(other: DatabaseSync): boolean {
  try {
    other.exec('BEGIN IMMEDIATE; ROLLBACK')
    return false
  } catch {
    return true
  }
}

test('a lease is judged by a time that is read with the lock in hand: one granted meanwhile would look like one of the future', async () => {
  const file = join(scratch(), 'cache.db')
  const store = sqlite(file)
  await store.open()
  const other = new DatabaseSync(file)
  const read: boolean[] = []
  const clock = {
    ...systemClock,
    now: () => {
      read.push(isLocked(other))
      return systemClock.now()
    },
  }
  await store.close()
  const watched = sqlite(file, { clock })
  await watched.open()
  read.length = 0
  expect((await watched.lease?.('h1:w:a', 1_000))?.generation).toBe(1)
  expect(read).not.toEqual([])
  expect(read).not.toContain(false)
  other.close()
  await watched.close()
})

test('one that went with a write is given back without another: nobody waits for the lock', async () => {
  const file = join(scratch(), 'cache.db')
  const store = sqlite(file)
  const fence = await store.lease?.('h1:w:a', 60_000)
  if (fence === undefined) throw new Error('nobody else holds it')
  const entries = [{ key: 'h1:e:a', value: Uint8Array.of(1) }]
  expect(await store.compareAndSet?.({ key: 'h1:e:a', value: undefined }, entries, { fence, release: true })).toBe(true)
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  await fence.release()
  expect(other.prepare('SELECT count(*) AS held FROM leases').get()).toEqual({ held: 0 })
  other.close()
  await store.close()
})

test('leases that were given back take no place from what is stored', async () => {
  const store = sqlite(join(scratch(), 'cache.db'), { maxBytes: 1024 * 1024 })
  const kept = Array.from({ length: 8 }, (_, n) => `h1:e:${n}`)
  for (const key of kept) await store.set(key, new Uint8Array(64 * 1024))
  for (let turn = 0; turn < 100; turn++) {
    const leases = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => store.lease?.(`h1:e:${turn}-${n}-${'x'.repeat(64)}`, 60_000)),
    )
    await Promise.all(leases.map(async (lease) => lease?.release()))
  }
  expect((await store.getMany(kept)).filter((found) => found === undefined)).toEqual([])
  await store.close()
})

test('an older holdfast that has the file open grants beside this one: no generation is given twice', async () => {
  const file = join(scratch(), 'cache.db')
  const store = sqlite(file)
  const first = await store.lease?.('h1:w:a', 60_000)
  await first?.release()
  // As schema 1 did: above its floor, which it left where it was, and the row stays.
  alter(file, "INSERT INTO leases SELECT 'h1:w:a', value + 1, 5, 5 FROM facts WHERE name = 'lease floor'")
  expect((await store.lease?.('h1:w:a', 60_000))?.generation).toBe((first?.generation ?? 0) + 2)
  await store.close()
})
