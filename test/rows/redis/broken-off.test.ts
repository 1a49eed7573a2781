import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { describeRedis } from '../../adapters/redis/servers.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { cut, ok } from '../../helpers/origin/index.ts'
import { anInstance, folder } from '../stores/given.ts'
import { aPlace } from './given.ts'

const FRESH = { 'cache-control': 'public, max-age=3600' }

describeRedis('a file before Redis', () => {
  test('a body that broke off stands in the file, and the next process goes on with it under the right that Redis grants', async () => {
    const [place, file, body] = [await aPlace(), join(folder(), 'cache.db'), pseudoRandom(5_000_123, 'broken off')]
    const url = place.origin.url('/f')
    place.origin.script(
      '/f',
      cut(body, 4_000_000, { etag: '"1"', headers: FRESH }),
      ok(body, { etag: '"1"', ranges: true, headers: FRESH }),
    )
    const one = anInstance({ tiers: [sqlite(file), place.redis()], retry: false })
    await expect(one(url).then((response) => response.bytes())).rejects.toThrow()
    await one.close()
    const next = anInstance({ tiers: [sqlite(file), place.redis()] })
    await next.cache.ready()
    expect(sha256(new Uint8Array(await (await next(url)).arrayBuffer()))).toBe(sha256(body))
    expect(place.origin.requests('/f')[1]?.headers).toMatchObject({ range: 'bytes=3144704-', 'if-range': '"1"' })
  })
})
