import { join } from 'node:path'
import { Agent, cacheStores, fetch, interceptors } from 'undici'
import { likeFetch, type Open } from './cache.ts'

export const open: Open = (kind, { folder }) => {
  const store =
    kind === 'sqlite' ? sqlite(folder) : new cacheStores.MemoryCacheStore({ maxEntrySize: 4 * 2 ** 30, maxSize: 4 * 2 ** 30 })
  const agent = new Agent()
  // The last one is asked first: what is cached is whole.
  const retry = kind === 'retry' ? [interceptors.retry({ minTimeout: 1 })] : []
  const dispatcher = agent.compose(...retry, interceptors.cache({ store }))
  return likeFetch(
    (url) => fetch(url, { dispatcher }),
    () => agent.close(),
  )
}

function sqlite(folder: string): InstanceType<typeof cacheStores.SqliteCacheStore> {
  return new cacheStores.SqliteCacheStore({ location: join(folder, 'undici.db'), maxEntrySize: 2_000_000_000 })
}
