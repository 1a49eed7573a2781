import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { GOOD_FOR, type Memoize } from './memo.ts'

export const memoize: Memoize = async (fn, kind, { redis }) => {
  const memory = memoryDriver({ maxItems: 2_000_000, serialize: kind !== 'noserialize' })
  const layered = bentostore().useL1Layer(memory)
  const store = kind === 'tiered' ? layered.useL2Layer(await redisLayer(redis)) : layered
  const cache = new BentoCache({ default: 'own', stores: { own: store } })
  return (id) => cache.getOrSet({ key: id, factory: () => fn(id), ttl: GOOD_FOR })
}

async function redisLayer(url = ''): Promise<ReturnType<typeof import('bentocache/drivers/redis')['redisDriver']>> {
  const { redisDriver } = await import('bentocache/drivers/redis')
  const { hostname, port } = new URL(url)
  return redisDriver({ connection: { host: hostname, port: Number(port) } })
}
