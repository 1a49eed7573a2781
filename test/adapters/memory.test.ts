import { describe, expect, test } from 'vitest'
import { memory } from '../../adapters/stores/memory.ts'
import { manualClock, storeContract } from '../../adapters/testing/index.ts'

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7)

storeContract('memory', async () => memory(), { describe, test })

const clock = manualClock()
storeContract('memory with a clock of its own', async () => memory({ clock }), { describe, test, clock })

describe('memory: bounds', () => {
  test('beyond maxBytes the least recently used goes, and is told', async () => {
    const store = memory({ maxBytes: 4_000 })
    const evicted: string[] = []
    store.onEvict?.(({ key }) => evicted.push(key))
    for (const key of ['a', 'b', 'c']) await store.set(key, bytes(1_000))
    await store.get('a')
    await store.set('d', bytes(1_000))
    expect(evicted).toEqual(['b'])
    expect((await store.getMany(['a', 'b', 'c', 'd'])).map((value) => value?.length)).toEqual([1_000, undefined, 1_000, 1_000])
  })

  test('live records and bytes share one order and one bound', async () => {
    const store = memory({ maxBytes: 4_000 })
    const evicted: { key: string; bytes: number }[] = []
    store.onEvict?.((record) => evicted.push(record))
    store.live?.set('live', { n: 1 }, 1_000)
    await store.set('a', bytes(1_000))
    await store.set('b', bytes(1_000))
    expect(store.live?.get('live')).toEqual({ n: 1 })
    await store.set('c', bytes(1_000))
    expect(evicted.map(({ key }) => key)).toEqual(['a'])
    expect(evicted[0]?.bytes).toBeGreaterThanOrEqual(1_000)
    expect(store.live?.get('live')).toEqual({ n: 1 })
  })

  test('a live record is the object itself, and shares no key with bytes', async () => {
    const store = memory()
    const record = { n: 1 }
    store.live?.set('a', record, 10)
    expect(store.live?.get('a')).toBe(record)
    expect(await store.get('a')).toBeUndefined()
    store.live?.delete('a')
    expect(store.live?.get('a')).toBeUndefined()
  })

  test('what a record counts for is given back when it is replaced, deleted or expires', async () => {
    const clock = manualClock()
    const store = memory({ maxBytes: 3_000, clock })
    const evicted: string[] = []
    store.onEvict?.(({ key }) => evicted.push(key))
    for (let n = 0; n < 50; n++) {
      await store.set('a', bytes(1_000))
      await store.set('b', bytes(1_000), { expires: clock.now() + 5 })
      store.live?.set('b', {}, 10)
      await store.delete(['a'])
      store.live?.delete('b')
      await clock.advance(5)
      expect(await store.get('b')).toBeUndefined()
    }
    expect(evicted).toEqual([])
  })

  test('maxItems bounds their number', async () => {
    const store = memory({ maxItems: 3 })
    for (let n = 0; n < 10; n++) await store.set(`${n}`, bytes(1))
    const kept: string[] = []
    for await (const key of store.keys('')) kept.push(key)
    expect(kept).toEqual(['7', '8', '9'])
  })

  test('listing keys is no use of them', async () => {
    const store = memory({ maxItems: 2 })
    await store.set('a', bytes(1))
    await store.set('b', bytes(1))
    for await (const key of store.keys('')) expect(key).toMatch(/[ab]/)
    await store.set('c', bytes(1))
    expect(await store.get('a')).toBeUndefined()
  })

  test('times of invalidation are never given up', async () => {
    const store = memory({ maxBytes: 4_000, maxItems: 2 })
    await store.set('h1:t:tag', bytes(8))
    for (let n = 0; n < 20; n++) await store.set(`h1:e:${n}`, bytes(1_000))
    expect(await store.get('h1:t:tag')).toEqual(bytes(8))
    await store.delete(['h1:t:tag'])
    expect(await store.get('h1:t:tag')).toBeUndefined()
  })

  test('a value that can never fit is refused, and the one before is still there', async () => {
    const store = memory({ maxBytes: '1KB' })
    await store.set('a', bytes(10))
    await expect(store.set('a', bytes(2_000))).rejects.toMatchObject({
      code: 'STORE',
      message: expect.stringContaining('2000 bytes'),
    })
    expect(await store.get('a')).toEqual(bytes(10))
    await expect(memory({ maxEntryBytes: 10 }).set('a', bytes(11))).rejects.toMatchObject({ code: 'STORE' })
  })

  test('a live record that is too large takes the older one with it', () => {
    const store = memory({ maxEntryBytes: 100 })
    store.live?.set('a', { n: 1 }, 50)
    store.live?.set('a', { n: 2 }, 500)
    expect(store.live?.get('a')).toBeUndefined()
  })

  test('maxEntryBytes is never more than maxBytes', () => {
    expect(memory({ maxBytes: '1MB' }).maxEntryBytes).toBe(1024 * 1024)
    expect(memory().maxEntryBytes).toBe(8 * 1024 * 1024)
  })
})

describe('memory: leases', () => {
  test('a wall clock that is set does not end or prolong a lease', async () => {
    const clock = manualClock()
    const store = memory({ clock })
    await store.lease?.('a', 1_000)
    clock.jump(3_600_000)
    expect(await store.lease?.('a', 1_000)).toBeUndefined()
    clock.jump(-7_200_000)
    await clock.advance(1_000)
    expect(await store.lease?.('a', 1_000)).toBeDefined()
  })

  test('generations go on growing when old grants are forgotten', async () => {
    const clock = manualClock()
    const store = memory({ clock })
    const first = await store.lease?.('a', 1_000)
    for (let n = 0; n < 5; n++) {
      await clock.advance(2_000)
      await store.lease?.('b', 1_000)
    }
    await clock.advance(7_200_000)
    for (let n = 0; n < 3_000; n++) await store.lease?.(`other ${n}`, 1)
    const next = await store.lease?.('a', 1_000)
    expect(next?.generation).toBeGreaterThan(first?.generation ?? Number.NaN)
    await expect(store.set('x', bytes(1), { fence: first as never })).rejects.toMatchObject({ code: 'FENCED' })
  })
})

describe('memory: options', () => {
  test.each([
    [{ maxBytes: 'much' }, /memory\.maxBytes.*"much"/],
    [{ maxBytes: 0 }, /memory\.maxBytes/],
    [{ maxEntryBytes: -1 }, /memory\.maxEntryBytes/],
    [{ maxItems: 0 }, /memory\.maxItems/],
    [{ maxItems: '3' }, /memory\.maxItems/],
    [{ maxSize: 1 }, /"maxSize".*maxBytes/],
  ])('%j is refused', (options, message) => {
    expect(() => memory(options as object)).toThrow(message)
    expect(() => memory(options as object)).toThrow(TypeError)
  })
})
