// You learn: a store is an object with seven methods, and keeps bytes. The contract suite says whether yours is right, here by node:test.
//
// Output:
//   the store contract holds: true; 0.93, put into it, comes out as 0.93
import { describe, run, test } from 'node:test'
import { createCachedFetch, type Store, type StoreEntry } from 'holdfast'
import { storeContract } from 'holdfast/testing'

function mine(): Store {
  const values = new Map<string, StoreEntry>()
  const closed = new AbortController()
  const open = (): Map<string, StoreEntry> => {
    closed.signal.throwIfAborted()
    for (const { key, expires } of values.values()) if (expires !== undefined && expires <= Date.now()) values.delete(key)
    return values
  }
  const get = async (key: string): Promise<Uint8Array | undefined> => open().get(key)?.value.slice() // a copy, as below
  const put = (entry: StoreEntry): void => void open().set(entry.key, { ...entry, value: entry.value.slice() })
  return {
    name: 'mine',
    durable: false,
    shared: false,
    remote: false,
    get,
    getMany: (keys) => Promise.all(keys.map(get)),
    set: async (key, value, options) => put({ key, value, ...options }),
    setMany: async (entries) => entries.forEach(put),
    delete: async (keys) => keys.forEach((key) => void open().delete(key)),
    async *keys(prefix, { after = '', limit } = {}) {
      const names = [...open().keys()].sort()
      yield* names.filter((key) => key.startsWith(prefix) && key > after).slice(0, limit)
    },
    close: async () => closed.abort(new Error('the store is closed')),
  }
}

if (process.env.NODE_TEST_CONTEXT) storeContract('mine', async () => mine(), { describe, test })
else {
  const told = await Array.fromAsync(run({ files: [import.meta.filename] }), ({ type }) => type) // this file, once more
  await using cachedFetch = createCachedFetch({ tiers: [mine()], mode: 'offline' })
  await cachedFetch.put('https://example.org/rate', new Response('0.93'))
  const got = await cachedFetch('https://example.org/rate')
  console.log(`the store contract holds: ${!told.includes('test:fail')}; 0.93, put into it, comes out as ${await got.text()}`)
}
