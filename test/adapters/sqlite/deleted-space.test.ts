import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { systemClock } from '../../../src/model/clock.ts'
import type { Store } from '../../../src/model/store.ts'
import { scratch } from '../scratch.ts'

const KiB = 1024
const MiB = KiB * KiB
const value = (size: number): Uint8Array => new Uint8Array(size).fill(7)

const NAMES: readonly string[] = Array.from({ length: 200 }, (_, n) => `h1:e:${n}`)

/** How often others write to it until the file has become small. */
async function writesUntilSmall(store: Store, file: string): Promise<number> {
  let writes = 0
  for (; writes < 2_000 && statSync(file).size > 3 * MiB; writes++) {
    await store.set('h1:e:other', value(10 * KiB))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return writes
}

describe('sqlite: deleted space', () => {
  test('goes back to the file system, in slices that let others work', async () => {
    const file = join(scratch(), 'cache.db')
    const store = sqlite(file)
    for (const name of NAMES) await store.set(name, value(100 * KiB))
    await store.delete(NAMES.slice(1))
    const writes = await writesUntilSmall(store, file)
    await store.close()
    expect(statSync(file).size).toBeLessThan(3 * MiB)
    expect(writes, 'all of it in one slice would let one through').toBeGreaterThan(5)
    const again = sqlite(file)
    expect(await again.get('h1:e:0')).toEqual(value(100 * KiB))
    await again.close()
  })

  test('so does what smaller values left, when the store is tidied next', async () => {
    const file = join(scratch(), 'cache.db')
    let now = 1_790_000_000_000
    const store = sqlite(file, { clock: { ...systemClock, now: () => now } })
    for (const size of [100 * KiB, 1]) for (const name of NAMES) await store.set(name, value(size))
    now += 1_000
    await writesUntilSmall(store, file)
    await store.close()
    expect(statSync(file).size).toBeLessThan(3 * MiB)
  })

  test('rows of groups go with their last value', async () => {
    const file = join(scratch(), 'cache.db')
    const store = sqlite(file)
    await store.setMany([
      { key: 'h1:e:a', value: value(1) },
      { key: 'h1:v:a:1', value: value(1) },
    ])
    await store.bodies?.append('body', value(1))
    await store.delete(['h1:e:a'])
    const db = new DatabaseSync(file, { readOnly: true })
    const groups = (): unknown[] =>
      db
        .prepare('SELECT name FROM groups ORDER BY name')
        .all()
        .map((row) => row.name)
    expect(groups()).toEqual(['b:body', 'e:a'])
    await store.delete(['h1:v:a:1'])
    await store.bodies?.delete(['body'])
    expect(groups()).toEqual([])
    db.close()
    await store.close()
  })
})
