import { LRUCache } from 'lru-cache'
import { GOOD_FOR, type Memoize, type Value } from './memo.ts'

export const memoize: Memoize = (fn) => {
  const cache = new LRUCache<string, Value>({ max: 2_000_000, ttl: GOOD_FOR, fetchMethod: fn })
  return (id) => cache.forceFetch(id)
}
