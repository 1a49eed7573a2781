// The other process of the store contract: node redis-lease-holder.ts URL PREFIX
import { redis } from '../../../adapters/stores/redis.ts'
import { actAsLeaseHolder } from '../../../adapters/testing/index.ts'

const [, , url = '', prefix = ''] = process.argv
await actAsLeaseHolder(async () => redis(url, { prefix }))
