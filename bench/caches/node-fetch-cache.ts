import { join } from 'node:path'
import NodeFetchCache, { FileSystemCache, MemoryCache } from 'node-fetch-cache'
import { likeFetch, type Open } from './cache.ts'

export const open: Open = (kind, { folder }) => {
  const cache = kind === 'disk' ? new FileSystemCache({ cacheDirectory: join(folder, 'node-fetch-cache') }) : new MemoryCache()
  return likeFetch(NodeFetchCache.create({ cache }))
}
