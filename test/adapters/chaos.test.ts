import { describe, expect, test } from 'vitest'
import { memory } from '../../adapters/stores/memory.ts'
import { type ChaosFault, chaos, manualClock } from '../../adapters/testing/index.ts'

const value = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)
const withFaults = (...faults: ChaosFault[]) => chaos(memory(), { faults })

describe('chaos', () => {
  test('without faults it is the store', async () => {
    const inner = memory()
    const store = chaos(inner, { faults: [] })
    await store.set('a', value(1))
    expect(await store.get('a')).toEqual(value(1))
    expect(store.live).toBe(inner.live)
    expect([store.name, store.durable, store.maxEntryBytes]).toEqual([inner.name, inner.durable, inner.maxEntryBytes])
    expect(store.chaos.calls('get')).toBe(1)
    expect(store.chaos.injected).toEqual([])
  })

  test('throw: the call rejects, and nothing is done', async () => {
    const store = withFaults({ do: 'throw', on: 'set' })
    await expect(store.set('a', value(1))).rejects.toThrow('chaos: set fails on purpose')
    expect(await store.get('a')).toBeUndefined()
    const error = new Error('my own')
    store.chaos.use([{ do: { throw: error } }])
    await expect(store.get('a')).rejects.toBe(error)
  })

  test('only the n-th call, of that operation and key', async () => {
    const store = withFaults({ do: 'throw', on: ['set', 'get'], key: /^b/, call: [2, 4] })
    const outcomes: string[] = []
    for (const key of ['b1', 'a', 'b2', 'b3', 'a', 'b4', 'b5']) {
      await store.set(key, value(1)).then(
        () => outcomes.push(`${key} stored`),
        () => outcomes.push(`${key} failed`),
      )
    }
    expect(outcomes).toEqual(['b1 stored', 'a stored', 'b2 failed', 'b3 stored', 'a stored', 'b4 failed', 'b5 stored'])
    expect(store.chaos.injected).toEqual([
      { operation: 'set', keys: ['b2'], mishap: 'throw' },
      { operation: 'set', keys: ['b4'], mishap: 'throw' },
    ])
    expect(store.chaos.calls('set')).toBe(7)
  })

  test('each rule counts the calls that fit it, also those that another rule struck', async () => {
    const store = withFaults({ do: 'throw', on: 'get', call: 1 }, { do: 'lie', on: 'get', key: /^a/g, call: [2, 4] })
    await store.set('a', value(1))
    const seen: unknown[] = []
    for (let n = 0; n < 5; n++) seen.push(await store.get('a').catch(() => 'failed'))
    expect(seen).toEqual(['failed', undefined, value(1), undefined, value(1)])
  })

  test('by probability, out of the random that was handed in', async () => {
    const numbers = [0.1, 0.9, 0.49, 0.5]
    const store = chaos(memory(), { faults: [{ do: 'lie', on: 'set', probability: 0.5 }], random: () => numbers.shift() ?? 1 })
    for (const key of ['a', 'b', 'c', 'd']) await store.set(key, value(1))
    expect((await store.getMany(['a', 'b', 'c', 'd'])).map((found) => found !== undefined)).toEqual([false, true, false, true])
  })

  test('hang: never settles, until healed for later calls', async () => {
    const store = withFaults({ do: 'hang', on: 'get' })
    const outcome = Promise.race([store.get('a'), new Promise((resolve) => setImmediate(() => resolve('still waiting')))])
    expect(await outcome).toBe('still waiting')
    store.chaos.use([])
    expect(await store.get('a')).toBeUndefined()
  })

  test('delay: done when the clock has come so far', async () => {
    const clock = manualClock()
    const store = chaos(memory(), { faults: [{ do: { delay: 100 }, on: 'set' }], clock })
    let stored = false
    const set = store.set('a', value(1)).then(() => (stored = true))
    await clock.advance(99)
    expect([stored, await store.get('a')]).toEqual([false, undefined])
    await clock.advance(1)
    await set
    expect(await store.get('a')).toEqual(value(1))
  })

  test('lie: writes resolve undone, reads find nothing, a lease is refused', async () => {
    const store = withFaults()
    await store.set('a', value(1))
    store.chaos.use([{ do: 'lie' }])
    await store.set('a', value(2))
    await store.setMany([{ key: 'b', value: value(2) }])
    await store.delete(['a'])
    expect([await store.get('a'), (await store.getMany(['a']))[0], await store.lease?.('l', 10)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    store.chaos.use([])
    expect(await store.getMany(['a', 'b'])).toEqual([value(1), undefined])
    expect(await store.lease?.('l', 10)).toBeDefined()
  })

  test('stale and other: what was once true, or is true elsewhere', async () => {
    const store = withFaults({ do: 'stale', on: 'get', call: [1, 2] }, { do: 'other', on: 'get' })
    await store.set('a', value(1))
    await store.set('a', value(2))
    await store.set('b', value(3))
    expect(await store.get('a')).toEqual(value(1))
    expect(await store.get('b')).toBeUndefined()
    expect(await store.get('a')).toEqual(value(3))
    expect(await store.get('b')).toEqual(value(2))
  })

  test('flip and truncate: in what is read, and in what is stored', async () => {
    const store = withFaults({ do: 'flip', on: 'set' }, { do: 'truncate', on: 'get' })
    await store.set('a', value(0, 0, 0, 0))
    expect(await store.get('a')).toEqual(value(0, 0))
    store.chaos.use([])
    expect(await store.get('a')).toEqual(value(0, 0, 8, 0))
    store.chaos.use([{ do: 'flip', on: 'getMany' }])
    expect(await store.getMany(['a', 'none'])).toEqual([value(0, 0, 0, 0), undefined])
  })

  test('twice, and bodies', async () => {
    const pieces: number[] = []
    const files = {
      append: async (_id: string, bytes: Uint8Array) => void pieces.push(...bytes),
      read: async () => Uint8Array.from(pieces),
      size: async () => pieces.length,
      delete: async () => undefined,
      ids: async function* () {
        yield 'x'
      },
    }
    const store = chaos({ ...inert, bodies: files }, { faults: [{ do: 'twice', on: 'bodies.append', call: 2 }] })
    await store.bodies?.append('x', value(1))
    await store.bodies?.append('x', value(2))
    expect(await store.bodies?.read('x', 0, 9)).toEqual(value(1, 2, 2))
    store.chaos.use([{ do: 'lie' }])
    expect([await store.bodies?.read('x', 0, 9), await store.bodies?.size('x')]).toEqual([undefined, undefined])
    await store.bodies?.append('x', value(3))
    expect(pieces).toEqual([1, 2, 2])
    expect(await Array.fromAsync(store.bodies?.ids() ?? [])).toEqual([])
  })

  test.each<[object, RegExp]>([
    [{ do: 'throw', on: 'write' }, /no operation "write".*getMany/],
    [{ do: 'flip', on: 'delete' }, /"flip" has no meaning for delete/],
    [{ do: 'stale', on: 'set' }, /no meaning/],
    [{ do: 'twice', on: 'get' }, /no meaning/],
    [{ do: 'throw', probability: 0.5 }, /random/],
    [{ do: 'explode' }, /no mishap "explode".*truncate/],
    [{ do: { delay: '5s' } }, /no mishap/],
    [{ do: 'throw', ops: 'get' }, /no "ops".*on, key/],
  ])('%j is refused', (fault, message) => {
    expect(() => withFaults(fault as ChaosFault)).toThrow(message)
  })

  test('a plan is checked too', () => {
    expect(() => chaos(memory(), { fault: [] } as object)).toThrow(/"fault".*faults/)
    expect(chaos(memory(), {}).chaos.injected).toEqual([])
  })

  test('a fault that has no meaning for an operation leaves it alone', async () => {
    const store = withFaults({ do: 'flip' })
    await store.delete(['a'])
    expect(await store.lease?.('l', 10)).toBeDefined()
    expect(store.chaos.injected).toEqual([])
  })
})

const inert = {
  name: 'inert',
  durable: false,
  shared: false,
  remote: false,
  get: async () => undefined,
  getMany: async () => [],
  set: async () => undefined,
  setMany: async () => undefined,
  delete: async () => undefined,
  keys: async function* () {
    yield* []
  },
  close: async () => undefined,
}
