import { createClient } from '@redis/client'
import { createClient as createClient5 } from 'redis-client5'
import { afterEach, test } from 'vitest'
import { redis } from '../../../adapters/stores/redis.ts'
import { storeContract } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/model/store.ts'
import { describeRedis, sharedServer, somePrefix } from './servers.ts'

describeRedis('one server', () => {
  const server = sharedServer()
  let prefix = ''
  const holder = {
    module: new URL('../children/redis-lease-holder.ts', import.meta.url),
    args: () => [server().url, prefix],
  }
  const reopen = async (): Promise<Store> => redis(server().url, { prefix })
  const open = (): Promise<Store> => {
    prefix = somePrefix()
    return reopen()
  }
  storeContract('redis by its URL', open, { describe: describeRedis, test, reopen, holder })

  const theirs: { destroy(): unknown }[] = []
  afterEach(() => {
    for (const client of theirs.splice(0)) client.destroy()
  })
  const over = (create: typeof createClient) => {
    const reopenThere = async (): Promise<Store> => {
      const client = create({ url: server().url })
      theirs.push(client)
      await client.connect()
      return redis(client, { prefix })
    }
    const openThere = (): Promise<Store> => {
      prefix = somePrefix()
      return reopenThere()
    }
    return { open: openThere, runner: { describe: describeRedis, test, reopen: reopenThere, holder } }
  }
  const six = over(createClient)
  storeContract('redis over a client of node-redis 6', six.open, six.runner)
  const five = over(createClient5 as unknown as typeof createClient)
  storeContract('redis over a client of node-redis 5', five.open, five.runner)
})
