import { expect, test, vi } from 'vitest'
import { redis } from '../../../adapters/stores/redis.ts'
import { storeContract } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/model/store.ts'
import { stopwatch } from '../../helpers/own-time.ts'
import { until } from '../../helpers/redis.ts'
import { describeRedis, sharedServer, somePrefix } from './servers.ts'

// What a program has that has installed node-redis 5.
vi.mock('@redis/client', () => import('redis-client5'))

describeRedis('a URL, with node-redis 5 installed', () => {
  const server = sharedServer()
  let prefix = ''
  const reopen = async (): Promise<Store> => redis(server().url, { prefix })
  const open = (): Promise<Store> => {
    prefix = somePrefix()
    return reopen()
  }
  storeContract('redis by its URL', open, { describe: describeRedis, test, reopen })

  test('away, and back: each call fails at once meanwhile', async () => {
    const store = redis(server().url, { prefix: somePrefix() })
    await store.set('a', Uint8Array.of(1))
    await server().stop()
    await until(() =>
      store.get('a').then(
        () => false,
        () => true,
      ),
    )
    using watch = stopwatch()
    await expect(store.get('a')).rejects.toMatchObject({ code: 'STORE', message: expect.stringMatching(/cannot be reached/) })
    expect(watch.ms()).toBeLessThan(100)
    await server().start()
    await until(() =>
      store.get('a').then(
        () => true,
        () => false,
      ),
    )
    await store.set('a', Uint8Array.of(2))
    await store.close()
  })
})
