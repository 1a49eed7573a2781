import KeyvRedis from '@keyv/redis'
import { Cacheable } from 'cacheable'
import { GOOD_FOR, type Memoize, type Value } from './memo.ts'

export const memoize: Memoize = (fn, kind, { redis }) => {
  const cache = new Cacheable(kind === 'tiered' ? { secondary: new KeyvRedis(redis) } : {})
  if (kind === 'wrap') {
    const wrapped = cache.wrap((id: unknown) => fn(String(id)), { ttl: GOOD_FOR, keyPrefix: 'bench' })
    return async (id) => (await wrapped(id)) as Value
  }
  return async (id) => (await cache.getOrSet(id, () => fn(id), { ttl: GOOD_FOR })) ?? {}
}
