// You learn: a store is an object with seven methods, and keeps bytes. The contract suite says whether yours holds it, here by node:test.
//
// Output:
//   it holds: true; 0.93 comes out as 0.93
import { describe, run, test } from 'node:test'
import { createCachedFetch, type Store, type StoreEntry } from 'holdfast'
import { storeContract } from 'holdfast/testing'

const FACTS = { name: 'mine', durable: false, shared: false, remote: false }
function mine(): Store {
  const [values, closed] = [new Map<string, StoreEntry>(), new AbortController()]
  const open = (): Map<string, StoreEntry> => {
    closed.signal.throwIfAborted()
    for (const { key, expires } of values.values()) if (expires !== undefined && expires <= Date.now()) values.delete(key)
    return values
  }
  const get = async (key: string): Promise<Uint8Array | undefined> => open().get(key)?.value.slice() // a copy, as below
  const put = (entry: StoreEntry): void => void open().set(entry.key, { ...entry, value: entry.value.slice() })
  return {
    ...FACTS,
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
  await cachedFetch.put('https://a.test/', new Response('0.93'))
  const response = await cachedFetch('https://a.test/')
  console.log(`it holds: ${!told.includes('test:fail')}; 0.93 comes out as ${await response.text()}`)
}
