import { expect, test } from 'vitest'
import { describeRedis } from '../../adapters/redis/servers.ts'
import { anInstance } from '../stores/given.ts'
import { aPlace, PUBLIC } from './given.ts'

describeRedis('Redis alone', () => {
  test('what is put there is stored when that resolves, for others too; a result that is set as well', async () => {
    const place = await aPlace()
    const url = place.origin.url('/seed')
    const fetch = anInstance({ tiers: [place.redis()] })
    expect(await fetch.put(url, new Response('seed', PUBLIC), { labels: ['mine'] })).toMatchObject({ labels: ['mine'] })
    const other = anInstance({ tiers: [place.redis()], mode: 'offline' })
    await other.cache.ready()
    expect(await (await other(url)).text()).toBe('seed')
    const double = fetch.buffered(async (n: number) => n * 2, { name: 'double', ttl: '1h' })
    await double.cache.set([4], 9)
    expect(await double(4)).toBe(9)
  })

  test('and where it takes nothing, put rejects', async () => {
    const place = await aPlace()
    const fetch = anInstance({ tiers: [place.redis()] })
    await fetch.cache.ready()
    await place.ask('CONFIG', 'SET', 'maxmemory', '1')
    const putting = fetch.put(place.origin.url('/seed'), new Response('seed', PUBLIC))
    await expect(putting).rejects.toMatchObject({ code: 'STORE', message: expect.stringMatching(/no tier took the version/) })
  })
})
