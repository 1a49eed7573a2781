// Many writes at once: node redis-write-many.ts URL PREFIX NAME COUNT. Says how many were acknowledged.
import { redis } from '../../../adapters/stores/redis.ts'

const [, , url = '', prefix = '', name = '', count = ''] = process.argv
const store = redis(url, { prefix })
const lease = await store.lease?.('h1:w:one', 60_000)
const writes = Array.from({ length: Number(count) }, (_, n) =>
  store.set(`h1:e:${name}-${n}`, new Uint8Array(65_536).fill(n % 256)),
)
const outcomes = await Promise.allSettled(writes)
process.send?.({
  acknowledged: outcomes.filter(({ status }) => status === 'fulfilled').length,
  generation: lease?.generation,
})
await store.close()
