import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { Store } from '../../../src/index.ts'
import { describeRedis } from '../../adapters/redis/servers.ts'
import { gate, ok } from '../../helpers/origin/index.ts'
import { anInstance, got } from '../stores/given.ts'
import { another, aPlace, PUBLIC } from './given.ts'

const lists: [string, (far: Store) => Store[]][] = [
  ['redis', (far) => [far]],
  ['memory, redis', (far) => [memory(), far]],
  ['sqlite, redis', (far) => [sqlite(':memory:'), far]],
]

describeRedis.each(lists)('%s', (_, list) => {
  test.each(['of 100 bytes', 'of 100 KB'])(
    'another process deletes what this one downloads, %s: it is not written behind',
    async (size) => {
      const place = await aPlace()
      const url = place.origin.url('/f')
      const body = 'x'.repeat(size === 'of 100 KB' ? 100_000 : 100)
      const held = gate(ok(`${body} again`, PUBLIC))
      place.origin.script('/f', ok(body, PUBLIC), held)
      const fetch = anInstance({ tiers: list(place.redis()), storeTimeout: '5s' })
      await got(await fetch(url))
      await fetch.idle()
      const asked = fetch(url, { cache: 'reload' }).then(got)
      await held.arrived
      const other = another(place)
      await other.entry(url).delete()
      held.release()
      expect(await asked).toBe(`${body} again (miss)`)
      await fetch.idle()
      expect(await other.entry(url).versions()).toEqual([])
      expect(await Array.fromAsync(other.cache.entries())).toEqual([])
      expect(await fetch.entry(url).versions()).toEqual([])
      expect(await Array.fromAsync(fetch.cache.entries())).toEqual([])
      place.origin.script('/f', ok('after', PUBLIC))
      expect(await got(await fetch(url))).toBe('after (miss)')
    },
  )
})
