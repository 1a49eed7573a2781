import { type Clock, systemClock } from '../../src/model/clock.ts'
import type { Size } from '../../src/model/size.ts'
import type { Store } from '../../src/model/store.ts'
import { readSize, refuseUnknown } from './options.ts'
import { readGiven } from './redis/given.ts'
import { OneRedis } from './redis/store.ts'

export interface RedisOptions {
  /**
   * What is one user's own (`Cache-Control: private`, Set-Cookie, entries by credentials): 'refuse' keeps it out, for others can read this
   * Redis; 'allow' takes the store for this user's alone. Default 'refuse'.
   */
  private?: 'refuse' | 'allow'
  /** Bytes of the largest body offered to this store, and of the largest value. Default '8MB'. */
  maxEntryBytes?: Size
  /** What all keys begin with, so that several programs can share a Redis: 1 to 64 of letters, digits and `_ . : -`. Default 'holdfast'. */
  prefix?: string
  /** For the waits of this process. When an `expires` or a lease has run out is decided by the clock of Redis. Default: the machine's own. */
  clock?: Clock
  /** From 0 up to 1; spreads the attempts of processes that have lost the same Redis. */
  random?: () => number
}

/**
 * A store in Redis 6.2 or later (or Valkey), by node-redis 5 or 6 (`npm install @redis/client`), which is imported at the first call.
 *
 * `urlOrClient` is a URL (`redis://`, `rediss://` for TLS, with node-redis 6 also `unix://`), options for `createClient`, for `createCluster`
 * (with `rootNodes`) or for `createSentinel` (with `sentinelRootNodes`), or a client of one of these kinds or a pool. A client of yours is yours
 * to close; one that nobody has connected is connected, and then disconnected by `close`.
 *
 * Nothing is touched before the first call. While Redis is away each call rejects at once, and the connection is made again in the background,
 * which keeps no process alive; so it is where the server has become a replica, for the address may lead to the new primary. (A client of yours
 * does as you made it; so do the sockets of sentinels.)
 *
 * A write is kept as safely as Redis keeps it: see its `appendonly` and replication. In a cluster a fence is checked in one step with writes
 * whose keys have the subject of the lease (`h1:e:<subject>`, as the keys of one entry have); another is refused, and so is a
 * `compareAndSet` over keys of several subjects. `setMany` without a fence is one step on each node, not over all.
 *
 * @throws TypeError on an unknown or wrong option, and on what is no address.
 */
export function redis(urlOrClient: string | object, options: RedisOptions = {}): Store {
  refuseUnknown('redis', options, ['private', 'maxEntryBytes', 'prefix', 'clock', 'random'])
  const { private: own = 'refuse', prefix = 'holdfast', clock = systemClock, random = Math.random } = options
  if (own !== 'refuse' && own !== 'allow')
    throw new TypeError(`redis.private: ${JSON.stringify(own)} is neither 'refuse' nor 'allow'`)
  if (typeof prefix !== 'string' || !/^[\w.:-]{1,64}$/.test(prefix))
    throw new TypeError(`redis.prefix: ${JSON.stringify(prefix)} is no prefix. Give 1 to 64 of letters, digits and _ . : -`)
  const maxEntryBytes = readSize(options.maxEntryBytes, 'redis.maxEntryBytes', '8MB')
  return new OneRedis(readGiven(urlOrClient), { shared: own === 'refuse', maxEntryBytes, prefix, clock, random })
}
