import { expect, test } from 'vitest'
import { memory } from '../../adapters/stores/memory.ts'
import { type ChaosFault, chaos, manualClock, storeContract } from '../../adapters/testing/index.ts'
import type { Lease, Store } from '../../src/model/store.ts'

/** Which sentences of the contract a store breaks. */
async function broken(open: (memory: Store) => Store): Promise<string[]> {
  const failed: string[] = []
  const clock = manualClock()
  const cases: [string, () => Promise<void>][] = []
  storeContract('broken', async () => open(memory({ clock })), {
    describe: (_name, body) => body(),
    test: (name, body) => cases.push([name, body]),
    clock,
  })
  for (const [name, body] of cases) await body().catch(() => failed.push(name))
  return failed
}

const faulty =
  (...faults: ChaosFault[]): ((store: Store) => Store) =>
  (store) =>
    chaos(store, { faults })

/** A store of which one thing is otherwise. */
function otherwise(change: (store: Store) => Partial<Store>): (store: Store) => Store {
  return (store) =>
    new Proxy(store, {
      get: (target, name) => {
        const changed = change(target) as Record<string | symbol, unknown>
        if (name in changed) return changed[name]
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
      has: (target, name) => name in change(target) || name in target,
    })
}

async function* unordered(store: Store, prefix: string): AsyncGenerator<string> {
  yield* (await Array.fromAsync(store.keys(prefix))).reverse()
}

const outdated: Uint8Array[] = []

const BROKEN: [string, (store: Store) => Store, RegExp][] = [
  ['loses each third write', faulty({ do: 'lie', on: ['set', 'setMany'], call: [3, 6, 9] }), /any size/],
  ['turns a bit when it stores', faulty({ do: 'flip', on: 'set' }), /any size/],
  ['turns a bit when it reads', faulty({ do: 'flip', on: 'get' }), /any size/],
  ['cuts values', faulty({ do: 'truncate', on: 'get' }), /any size/],
  ['gives the value of another key', faulty({ do: 'other', on: 'get' }), /any size/],
  ['gives old values', faulty({ do: 'stale', on: 'get' }), /replaces the whole/],
  ['loses a setMany', faulty({ do: 'lie', on: 'setMany' }), /setMany stores them all/],
  ['deletes nothing', faulty({ do: 'lie', on: 'delete' }), /delete removes/],
  ['lists nothing', faulty({ do: 'lie', on: 'keys' }), /keys lists/],
  ['never grants a lease', faulty({ do: 'lie', on: 'lease' }), /held by one/],
  [
    'answers getMany in its own order',
    otherwise((store) => ({ getMany: async (keys) => (await store.getMany(keys)).reverse() })),
    /order of the keys/,
  ],
  ['keeps the array of the caller', otherwise(() => keepsReferences()), /what the caller does/],
  ['lists in another order', otherwise((store) => ({ keys: (prefix) => unordered(store, prefix) })), /in order of code units/],
  ['ignores limit and after', otherwise((store) => ({ keys: (prefix) => store.keys(prefix) })), /begins after a key/],
  ['ignores expires', otherwise((store) => ({ set: (key, value) => store.set(key, value) })), /forgotten once it has expired/],
  ['ignores fences', otherwise((store) => ({ set: (key, value) => store.set(key, value) })), /taken over is refused/],
  ['grants leases to all', otherwise(() => ({ lease: async (key) => aLease(key, 1) })), /held by one/],
  ['never lets a lease end', otherwise((store) => ({ lease: async (key) => store.lease?.(key, 1e9) })), /extend is false once/],
  ['goes on after close', otherwise(() => ({ close: async () => undefined })), /once closed/],
  ['has no name', otherwise(() => ({ name: '' })), /says what it is/],
  [
    'misses in memory of another test',
    otherwise((store) => ({ get: async (key) => (await store.get(key)) ?? outdated[0] ?? new Uint8Array(1) })),
    /knows nothing/,
  ],
]

function aLease(key: string, generation: number): Lease {
  return { key, generation, extend: async () => true, release: async () => undefined }
}

const kept = new Map<string, Uint8Array>()
function keepsReferences(): Partial<Store> {
  return {
    set: async (key, value) => void kept.set(key, value),
    setMany: async (entries) => entries.forEach(({ key, value }) => void kept.set(key, value)),
    get: async (key) => kept.get(key),
    getMany: async (keys) => keys.map((key) => kept.get(key)),
  }
}

test('a store that keeps the contract fails none of its tests', async () => {
  expect(await broken((store) => store)).toEqual([])
})

test.each(BROKEN)('a store that %s is found out', async (_what, open, sentence) => {
  expect((await broken(open)).filter((name) => sentence.test(name))).not.toEqual([])
})
