import { describe, expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { FunctionIndex } from '../../../src/function-index.ts'
import type { House } from '../../../src/house.ts'
import type { Call } from '../../../src/model/call.ts'
import { bench } from './kit.ts'

describe('what is forgotten leaves nothing that grows', () => {
  test('an object that is collected: its results go when memory needs the room, and their count with them', async () => {
    await using b = await bench({ tiers: [memory({ maxItems: 50 })] })
    let runs = 0
    class Client {
      readonly at = { n: 1 }
      async me(this: Client): Promise<number> {
        runs++
        return this.at.n
      }
    }
    const me = b.fetch.buffered(Client.prototype.me)
    const gone = new WeakRef(new Client())
    await (gone.deref() as Client | undefined)?.me.call(gone.deref() as Client)
    for (let n = 0; n < 300; n++) await me.call(new Client())
    expect(runs).toBeGreaterThan(299)
    expect(me.cache.info().size).toBeLessThanOrEqual(50)
  })

  test('the count of what is kept is no use of it', async () => {
    await using b = await bench({ tiers: [memory({ maxItems: 2 })] })
    const load = b.fetch.buffered((n: number) => n)
    await load(1)
    await load(2)
    await load(1)
    expect(load.cache.info().size).toBe(2)
    await load(3)
    expect([await load.cache.peek(1), await load.cache.peek(2), await load.cache.peek(3)]).toEqual([1, undefined, 3])
  })

  test('keys of a function in memory, and of one in files', () => {
    const here = new Set<string>()
    const house = (durable: boolean): House =>
      ({ stores: [{ durable }], tiers: { has: (key: string) => here.has(key) } }) as unknown as House
    const [passing, lasting] = [new FunctionIndex(Number.POSITIVE_INFINITY), new FunctionIndex(Number.POSITIVE_INFINITY)]
    for (let n = 0; n < 250_000; n++) {
      const call = { key: `k${n}` } as Call
      if (n % 100 === 0) here.add(call.key)
      passing.note(call, house(false))
      lasting.note(call, house(true))
    }
    expect(passing.size(house(false))).toBe(2_500)
    expect(lasting.size(house(true))).toBe(100_000)
  })
})

describe('100 MB (C10)', () => {
  const HUNDRED = 100 * 1024 * 1024

  test('in a file it is kept, and comes back as it was', async () => {
    await using b = await bench((file) => ({ tiers: [memory(), sqlite(file('a.db'))] }))
    let runs = 0
    const load = b.fetch.buffered(
      () => {
        runs++
        return Buffer.alloc(HUNDRED, 'holdfast')
      },
      { name: 'load', codec: 'bytes' },
    )
    for (let n = 0; n < 2; n++) {
      const bytes = await load()
      expect([bytes.length, Buffer.from(bytes.buffer).subarray(-8).toString()]).toEqual([HUNDRED, 'holdfast'])
    }
    expect(runs).toBe(1)
  })

  test('where there is only memory it is given, not kept, and that is told', async () => {
    await using b = await bench()
    const told: unknown[] = []
    b.fetch.on('store-skipped', ({ url, reason }) => told.push([url, reason]))
    let runs = 0
    const load = b.fetch.buffered(
      (): Uint8Array => {
        runs++
        return Buffer.alloc(HUNDRED)
      },
      { name: 'load', codec: 'bytes' },
    )
    const both = await Promise.all([load(), load()])
    expect(both.map(({ length }) => length)).toEqual([HUNDRED, HUNDRED])
    expect([runs, told]).toEqual([1, [['function:load', 'too-large']]])
    expect(load.cache.info()).toEqual({ hits: 0, misses: 2, size: 0, stale: 0 })
  })
})
