import KeyvRedis from '@keyv/redis'
import { createCache } from 'cache-manager'
import { Keyv } from 'keyv'
import { GOOD_FOR, type Memoize } from './memo.ts'

export const memoize: Memoize = (fn, kind, { redis }) => {
  const stores = kind === 'tiered' ? [new Keyv(), new Keyv({ store: new KeyvRedis(redis) })] : undefined
  const cache = createCache({ ttl: GOOD_FOR, ...(stores !== undefined && { stores }) })
  return (id) => cache.wrap(id, () => fn(id), GOOD_FOR)
}
