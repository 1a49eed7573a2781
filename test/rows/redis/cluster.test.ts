import { expect, test } from 'vitest'
import { redis } from '../../../adapters/stores/redis.ts'
import { createCachedFetch } from '../../../src/index.ts'
import { describeRedis } from '../../adapters/redis/servers.ts'
import { ok, startOrigin } from '../../helpers/origin/index.ts'
import { startCluster } from '../../helpers/redis.ts'
import { PUBLIC } from './given.ts'

describeRedis('a cluster, whose nodes have some entries each', () => {
  test('what several instances count of the use of many is written, and nothing fails', async () => {
    await using cluster = await startCluster()
    await using origin = await startOrigin()
    const rootNodes = cluster.nodes.map(({ url }) => ({ url }))
    const urls = Array.from({ length: 20 }, (_, n) => origin.url(`/${n}`))
    for (const [n] of urls.entries()) origin.script(`/${n}`, ok('body', PUBLIC))
    const failed: string[] = []
    const instance = () => {
      const fetch = createCachedFetch({ tiers: [redis({ rootNodes })], storeTimeout: '30s' })
      fetch.on('tier-error', ({ error }) => failed.push(error.message))
      return fetch
    }
    const several = [instance(), instance(), instance()]
    for (const fetch of several) await Promise.all(urls.map(async (url) => (await fetch(url)).text()))
    await Promise.all(several.map((fetch) => fetch.close()))
    await using later = instance()
    const stats = await Promise.all(urls.map((url) => later.entry(url).stats()))
    expect(stats.map(({ requests }) => requests)).toEqual(urls.map(() => 3))
    expect(failed).toEqual([])
  })
})
