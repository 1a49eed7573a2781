import { CacheableNet } from '@cacheable/net'
import KeyvRedis from '@keyv/redis'
import { Cacheable } from 'cacheable'
import { Keyv } from 'keyv'
import { likeFetch, type Open } from './cache.ts'

export const open: Open = (kind, { redis }) => {
  const net =
    kind === 'redis'
      ? new CacheableNet({ cache: new Cacheable({ primary: new Keyv({ store: new KeyvRedis(redis), namespace: 'net' }) }) })
      : new CacheableNet()
  return likeFetch((url) => net.fetch(url))
}
