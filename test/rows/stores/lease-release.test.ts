import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Lease, Store } from '../../../src/index.ts'
import { ok, status } from '../../helpers/origin/index.ts'
import { anInstance, anOrigin, folder } from './given.ts'

// Another process brought the answer while this one asked for the lease, and the lease cannot be given back: the answer is there.

/** Before it grants a lease somebody else stores an answer; giving a lease back fails. */
function overtaken(store: Store, before: () => Promise<unknown>): Store {
  return {
    ...forwarded(store),
    lease: async (key, ms): Promise<Lease | undefined> => {
      if (key.startsWith('h1:e:')) await before()
      const lease = await store.lease?.(key, ms)
      if (lease === undefined) return undefined
      return {
        key: lease.key,
        generation: lease.generation,
        extend: (more) => lease.extend(more),
        release: () => Promise.reject(new Error('the database is locked')),
      }
    },
  }
}

function forwarded(store: Store): Store {
  return {
    name: store.name,
    durable: store.durable,
    shared: store.shared,
    remote: store.remote,
    get: (key) => store.get(key),
    getMany: (keys) => store.getMany(keys),
    set: (key, value, options) => store.set(key, value, options),
    setMany: (entries, options) => store.setMany(entries, options),
    delete: (keys, options) => store.delete(keys, options),
    keys: (prefix, options) => store.keys(prefix, options),
    close: () => store.close(),
  }
}

test('a lease that cannot be given back costs nobody an answer', async () => {
  const origin = await anOrigin()
  origin.script('/f', ok('asked', { headers: { 'Cache-Control': 'max-age=600' } }))
  const file = join(folder(), 'cache.db')
  const other = anInstance({ tiers: [sqlite(file)] })
  let overtakes = 0
  const store = overtaken(sqlite(file), async () => {
    if (overtakes++ > 0) return
    await other.put(origin.url('/f'), new Response('put by another', { headers: { 'Cache-Control': 'max-age=600' } }))
  })
  const fetch = anInstance({ tiers: [store] })
  expect(await (await fetch(origin.url('/f'))).text()).toBe('put by another')
  expect(overtakes).toBeGreaterThan(0)
  expect(origin.hits()).toBe(0)
})

/** Silent from the moment that it has granted a lease of a download, as a Redis that is stopped then. `fences`: what it was handed. */
function silentBehindLeases(store: Store): Store & { readonly granted: Lease[]; readonly fences: unknown[] } {
  const [granted, fences]: [Lease[], unknown[]] = [[], []]
  const silence = <T>(): Promise<T> => new Promise(() => undefined)
  return {
    ...forwarded(store),
    granted,
    fences,
    setMany: (entries, options) => {
      if (options?.fence?.key.startsWith('h1:e:')) fences.push(options.fence)
      return granted.length > 0 ? silence() : store.setMany(entries, options)
    },
    lease: async (key, ms): Promise<Lease | undefined> => {
      const own = await store.lease?.(key, ms)
      if (own === undefined || !key.startsWith('h1:e:')) return own
      granted.push({ key, generation: own.generation, extend: silence, release: silence })
      return granted.at(-1)
    },
  }
}

test.each([
  ['an error', status(503), {}, 503],
  ['what may not be kept', ok('secret', { headers: { 'Cache-Control': 'no-store' } }), {}, 200],
  ['what a check was asked of', ok('checked'), { holdfast: { check: () => undefined } }, 200],
  ['what is kept', ok('kept'), {}, 200],
] as const)(
  'nor does a store that goes silent while it is lent: %s is answered, and close() ends',
  async (_, answer, init, said) => {
    const origin = await anOrigin()
    origin.script('/f', answer)
    const store = silentBehindLeases(sqlite(join(folder(), 'cache.db')))
    const fetch = anInstance({ tiers: [store], storeTimeout: '50ms', retry: false })
    expect((await fetch(origin.url('/f'), init)).status).toBe(said)
    await fetch.close()
    expect(store.granted).toHaveLength(1)
    for (const fence of store.fences) expect(fence).toBeOneOf(store.granted)
  },
)
