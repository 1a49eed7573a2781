import KeyvRedis from '@keyv/redis'
import got from 'got'
import { Keyv } from 'keyv'
import type { Open } from './cache.ts'

export const open: Open = (kind, { redis }) => {
  const cache = kind === 'redis' ? new Keyv({ store: new KeyvRedis(redis), namespace: 'got' }) : new Map()
  const client = got.extend({ cache, retry: { limit: 0 } })
  return {
    json: (url) => client(url).json(),
    bytes: (url) => client(url).buffer(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
