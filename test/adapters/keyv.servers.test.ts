import { join } from 'node:path'
import { KeyvMemcache } from '@keyv/memcache'
import KeyvRedis6 from '@keyv/redis'
import { KeyvSqlite } from '@keyv/sqlite'
import Keyv6 from 'keyv'
import KeyvRedis5 from 'keyv-redis5'
import Keyv5 from 'keyv5'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { keyv } from '../../adapters/stores/keyv.ts'
import { memory } from '../../adapters/stores/memory.ts'
import { storeContract } from '../../adapters/testing/index.ts'
import type { Store } from '../../src/index.ts'
import { pseudoRandom, sha256 } from '../helpers/digest.ts'
import { hasMemcached, type Memcached, startMemcached } from '../helpers/memcached.ts'
import { ok } from '../helpers/origin/index.ts'
import { stopwatch } from '../helpers/own-time.ts'
import { startRedis } from '../helpers/redis.ts'
import { anInstance, anOrigin, heard } from '../rows/stores/given.ts'
import { describeRedis, sharedServer, somePrefix } from './redis/servers.ts'
import { scratch } from './scratch.ts'

// keyv() over real back ends: what Keyv answers with `true` is not believed, and what it never answers is not waited for.

/** The adapter is the caller's to close, and each test opens one. */
function closing<T extends { disconnect(force?: boolean): unknown }>(adapter: T): T {
  onTestFinished(async () => {
    await adapter.disconnect(true)
  })
  return adapter
}

describeRedis('over Redis', () => {
  const server = sharedServer()
  const redis5 = (): KeyvRedis5<unknown> => closing(new KeyvRedis5(server().url))
  const redis6 = (): KeyvRedis6<unknown> => closing(new KeyvRedis6(server().url))

  storeContract('@keyv/redis 5', async () => keyv(new Keyv5({ store: redis5(), namespace: somePrefix() })), { describe, test })
  storeContract('@keyv/redis 6', async () => keyv(new Keyv6({ store: redis6(), namespace: somePrefix() })), { describe, test })

  test.each([
    ['@keyv/redis 5', (url: string) => new Keyv5({ store: closing(new KeyvRedis5(url)) })],
    ['@keyv/redis 6', (url: string) => new Keyv6({ store: closing(new KeyvRedis6(url)) as never })],
  ])('%s over a full Redis: what is said to be stored is there', async (_name, open) => {
    const full = await startRedis(['--maxmemory', '8mb', '--maxmemory-policy', 'noeviction'])
    onTestFinished(() => full[Symbol.asyncDispose]())
    const store = keyv(open(full.url))
    const value = pseudoRandom(100_000)
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, n) =>
        store.set(`h1:c:body:${n}`, value).then(
          () => n,
          () => undefined,
        ),
      ),
    )
    const stored = outcomes.filter((n) => n !== undefined)
    expect(stored.length).toBeGreaterThan(5)
    expect(stored.length).toBeLessThan(200)
    for (const n of stored) expect((await store.get(`h1:c:body:${n}`))?.length).toBe(100_000)
    await store.close()
  })

  test('a Keyv in `tiers`, and its Redis goes away: nobody waits for what never answers', async () => {
    const origin = await anOrigin()
    const gone = await startRedis()
    onTestFinished(() => gone[Symbol.asyncDispose]())
    const back = new Keyv6({ store: closing(new KeyvRedis6(gone.url)) as never })
    onTestFinished(() => void back.on('error', () => undefined))
    const fetch = anInstance({ tiers: [memory(), back] })
    const states = heard(fetch, 'tier-state')
    const served = async (n: number): Promise<string> => {
      origin.script(`/${n}`, ok(`body ${n}`, { headers: { 'cache-control': 'public, max-age=60' } }))
      return (await fetch(origin.url(`/${n}`))).text()
    }
    expect(await served(0)).toBe('body 0')
    await fetch.idle()
    await gone.stop()
    using watch = stopwatch()
    for (let n = 1; n <= 20; n++) expect(await served(n)).toBe(`body ${n}`)
    expect(watch.ms()).toBeLessThan(3_000)
    expect(states).toContainEqual({ tier: 'keyv', state: 'open' })
  })
})

describe.skipIf(!hasMemcached())('over memcached', () => {
  let server: Memcached
  beforeAll(async () => {
    server = await startMemcached()
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  const adapter = (address: string = server.address): KeyvMemcache => {
    const made = new KeyvMemcache(address, { timeout: 5, retries: 1, logger: { log: () => undefined } })
    onTestFinished(() => made.client.close())
    return made
  }

  test('the adapter itself, and a Keyv 5 or 6 over it: bytes come back as they were, and what is gone is a miss', async () => {
    for (const store of [
      keyv(adapter()),
      keyv(new Keyv5({ store: adapter(), namespace: somePrefix() })),
      keyv(new Keyv6({ store: adapter() as never, namespace: somePrefix() })),
    ]) {
      for (const size of [0, 1, 1_000, 500_000, 1_100_000]) {
        const value = pseudoRandom(size, `${size}`)
        await store.set(`h1:e:${size}`, value)
        expect(await store.get(`h1:e:${size}`)).toEqual(new Uint8Array(value))
      }
      // Memcached takes what is further away than 30 days for a moment of 1970; a mark has a year.
      await store.set('h1:t:year', new Uint8Array([1]), { expires: Date.now() + 366 * 86_400_000 })
      expect(await store.get('h1:t:year')).toEqual(new Uint8Array([1]))
      await store.delete(['h1:e:1'])
      expect(await store.getMany(['h1:e:0', 'h1:e:1'])).toEqual([new Uint8Array(0), undefined])
      await expect(Array.fromAsync(store.keys('h1:'))).rejects.toThrow('its back end has no iterator')
      await store.close()
    }
  })

  test('as a tier: one process stores, another reads; evicted chunks are a miss; killed, it is left alone', async () => {
    const origin = await anOrigin()
    const tight = await startMemcached(['-m', '4'])
    onTestFinished(() => tight[Symbol.asyncDispose]())
    const paths = Array.from({ length: 40 }, (_, n) => `/${n}`)
    const bodyOf = (path: string): Buffer => pseudoRandom(path.length % 2 === 0 ? 300_000 : 500, path)
    for (const path of paths) origin.script(path, ok(bodyOf(path), { headers: { 'cache-control': 'public, max-age=60' } }))
    const process = (): ReturnType<typeof anInstance> =>
      anInstance({ tiers: [memory(), keyv(adapter(tight.address), { name: 'mc' })], storeTimeout: '5s' })
    const check = async (fetch: ReturnType<typeof anInstance>): Promise<void> => {
      for (const path of paths) {
        const bytes = new Uint8Array(await (await fetch(origin.url(path))).arrayBuffer())
        expect(sha256(bytes)).toBe(sha256(bodyOf(path)))
      }
      await fetch.idle()
    }
    await check(process())
    const asked = origin.requests().length
    await check(process())
    expect(origin.requests().length - asked, 'some are there').toBeLessThan(paths.length)
    await tight.stop()
    const last = process()
    const states = heard(last, 'tier-state')
    await check(last)
    expect(states).toContainEqual({ tier: 'mc', state: 'open' })
  })
})

describe('over @keyv/sqlite, and a Map', () => {
  test.each<[string, () => Store | object]>([
    [
      '@keyv/sqlite',
      () => new Keyv6({ store: new KeyvSqlite({ uri: `sqlite://${join(scratch('memory'), 'k.db')}`, driver: 'node:sqlite' }) }),
    ],
    ['a Map', () => new Keyv6({ store: new Map() })],
    ['a Map in Keyv 5', () => new Keyv5({ store: new Map() })],
  ])('%s in `tiers`: versions, labels, and a body in chunks', async (_name, open) => {
    const origin = await anOrigin()
    const store = open()
    const body = pseudoRandom(2_500_000, 'chunks')
    origin.script('/f', ok(body, { headers: { 'cache-control': 'public, max-age=60' } }))
    const first = anInstance({ tiers: [store], storeTimeout: '5s' })
    await (await first(origin.url('/f'))).arrayBuffer()
    // What is not in this process is written behind the answer.
    await first.idle()
    await first.entry(origin.url('/f')).label('mine')
    await first.idle()
    const second = anInstance({ tiers: [store], mode: 'offline', storeTimeout: '5s' })
    expect(sha256(new Uint8Array(await (await second(origin.url('/f'))).arrayBuffer()))).toBe(sha256(body))
    expect(await second.entry(origin.url('/f')).versions()).toMatchObject([{ labels: ['mine'] }])
  })
})
