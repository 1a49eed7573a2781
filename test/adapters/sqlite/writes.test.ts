import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import type { Lease } from '../../../src/model/store.ts'
import { scratch } from '../scratch.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

describe('sqlite: writes', () => {
  test('those of one turn are one transaction, and none resolves before its commit', async () => {
    const file = join(scratch(), 'cache.db')
    const store = sqlite(file)
    await store.open()
    const other = new DatabaseSync(file, { readOnly: true })
    const count = other.prepare('SELECT count(*) AS n FROM records')
    const seen: unknown[] = []
    const writes = Array.from({ length: 50 }, (_, n) => store.set(`h1:e:${n}`, bytes(n)).then(() => seen.push(count.get()?.n)))
    await Promise.resolve()
    expect(count.get()?.n).toBe(0)
    await Promise.all(writes)
    expect(seen).toEqual(Array.from({ length: 50 }, () => 50))
    other.close()
    await store.close()
  })

  test('a read sees the write and the deletion that wait before it', async () => {
    const store = sqlite(join(scratch(), 'cache.db'))
    await store.set('h1:e:gone', bytes(1))
    const first = store.set('h1:e:first', bytes(7))
    expect(await store.get('h1:e:first')).toEqual(bytes(7))
    await first
    await store.delete(['h1:e:first'])
    const waiting = [
      store.set('h1:e:a', bytes(1)),
      store.set('h1:e:a', bytes(2)),
      store.delete(['h1:e:gone']),
      store.set('h1:e:ended', bytes(1), { expires: 1 }),
    ]
    expect(await store.getMany(['h1:e:a', 'h1:e:gone', 'h1:e:ended'])).toEqual([bytes(2), undefined, undefined])
    expect(await Array.fromAsync(store.keys('h1:'))).toEqual(['h1:e:a'])
    await Promise.all(waiting)
    expect(await store.getMany(['h1:e:a', 'h1:e:gone', 'h1:e:ended'])).toEqual([bytes(2), undefined, undefined])
    await store.close()
  })

  test('a read sees the last of two writes also between their transactions', async () => {
    const store = sqlite(':memory:')
    const [one, two] = [1, 2].map((n) => new Uint8Array(3 * 1024 * 1024).fill(n)) as [Uint8Array, Uint8Array]
    const writes = [store.set('h1:e:a', one), store.set('h1:e:a', two)]
    await writes[0]
    expect((await store.get('h1:e:a'))?.[0]).toBe(2)
    await writes[1]
    expect((await store.get('h1:e:a'))?.[0]).toBe(2)
    await store.close()
  })

  test('a write under a fence is seen once it is decided', async () => {
    const store = sqlite(join(scratch(), 'cache.db'))
    const late = (await store.lease?.('l', 60_000)) as Lease
    await late.release()
    await store.lease?.('l', 60_000)
    const refusal = store.set('h1:e:a', bytes(9), { fence: late }).catch((error: unknown) => error)
    expect(await store.get('h1:e:a')).toBeUndefined()
    expect(await refusal).toMatchObject({ code: 'FENCED' })
    await store.close()
  })

  test('one that SQLite refuses does not take the others of its turn along', async () => {
    const store = sqlite(join(scratch(), 'cache.db'))
    await store.open()
    const outcomes = await Promise.allSettled([
      store.set('h1:e:a', bytes(1)),
      store.set({} as string, bytes(1)),
      store.setMany([
        { key: 'h1:e:b', value: bytes(2) },
        { key: 7n as unknown as string, value: bytes(2) },
      ]),
      store.set('h1:e:c', bytes(3)),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect((await store.getMany(['h1:e:a', 'h1:e:b', 'h1:e:c'])).map((value) => value?.[0])).toEqual([1, undefined, 3])
    await store.close()
  })

  test('megabytes in one turn are several transactions, and all arrive', async () => {
    const store = sqlite(join(scratch(), 'cache.db'))
    const value = (n: number): Uint8Array => new Uint8Array(1024 * 1024).fill(n)
    await Promise.all(Array.from({ length: 12 }, (_, n) => store.set(`h1:c:body:${n}`, value(n))))
    for (let n = 0; n < 12; n++) expect(Buffer.from((await store.get(`h1:c:body:${n}`)) ?? []).equals(value(n))).toBe(true)
    await store.close()
  })

  test('generations go on growing when old leases are forgotten', async () => {
    const clock = manualClock()
    const store = sqlite(':memory:', { clock })
    const first = (await store.lease?.('a', 1_000)) as Lease
    for (let n = 0; n < 4; n++) {
      await clock.advance(2_000)
      await store.lease?.('b', 1_000)
    }
    await clock.advance(3 * 86_400_000)
    await store.set('h1:e:x', bytes(1))
    const next = (await store.lease?.('a', 1_000)) as Lease
    expect(next.generation).toBeGreaterThan(4)
    await expect(store.set('h1:e:x', bytes(2), { fence: first })).rejects.toMatchObject({ code: 'FENCED' })
    await store.set('h1:e:x', bytes(3), { fence: next })
    await store.close()
  })
})

describe('sqlite: leases and a clock that is set', () => {
  test('set back, it does not prolong a lease whose holder is gone; the old holder is fenced', async () => {
    const clock = manualClock()
    const store = sqlite(':memory:', { clock })
    const late = (await store.lease?.('a', 10_000)) as Lease
    clock.jump(-3_600_000)
    expect(await late.extend(1_000)).toBe(false)
    const next = (await store.lease?.('a', 10_000)) as Lease
    expect(next.generation).toBe(late.generation + 1)
    expect(await late.extend(1_000)).toBe(false)
    await expect(store.set('h1:e:a', bytes(1), { fence: late })).rejects.toMatchObject({ code: 'FENCED' })
    expect(await store.lease?.('a', 10_000)).toBeUndefined()
    await store.close()
  })
})

describe('sqlite: two in one process', () => {
  test('share one database, see each other at once, and the last one closes it', async () => {
    const directory = scratch()
    const [one, two] = [sqlite(join(directory, 'cache.db')), sqlite(join(directory, '.', 'cache.db'))]
    await Promise.all([one.open(), two.open()])
    const waiting = one.set('h1:e:a', bytes(1))
    expect(await two.get('h1:e:a')).toEqual(bytes(1))
    await waiting
    expect(await one.lease?.('l', 60_000)).toBeDefined()
    expect(await two.lease?.('l', 60_000)).toBeUndefined()
    await one.close()
    await expect(one.get('h1:e:a')).rejects.toMatchObject({ code: 'CLOSED' })
    await two.set('h1:e:b', bytes(2))
    expect(await two.get('h1:e:a')).toEqual(bytes(1))
    await two.close()
    const again = sqlite(join(directory, 'cache.db'))
    expect(await again.getMany(['h1:e:a', 'h1:e:b'])).toEqual([bytes(1), bytes(2)])
    await again.close()
  })

  test('two copies of this package share too', async () => {
    const file = join(scratch(), 'cache.db')
    const copy: { sqlite: typeof sqlite } = await import(
      `${new URL('../../../adapters/stores/sqlite.ts', import.meta.url).href}?copy`
    )
    const [one, two] = [sqlite(file), copy.sqlite(file)]
    await Promise.all([one.open(), two.open()])
    const waiting = one.set('h1:e:a', bytes(1))
    expect(await two.get('h1:e:a')).toEqual(bytes(1))
    await waiting
    await Promise.all([one.close(), two.close()])
  })

  test('opened and closed at once, again and again', async () => {
    const file = join(scratch(), 'cache.db')
    for (let round = 0; round < 20; round++) {
      const stores = [sqlite(file), sqlite(file), sqlite(file)]
      await Promise.all(
        stores.map(async (store, n) => {
          await store.set(`h1:e:${round}-${n}`, bytes(n))
          await store.close()
        }),
      )
    }
    const store = sqlite(file)
    expect((await Array.fromAsync(store.keys('h1:e:'))).length).toBe(60)
    await store.close()
  })
})
