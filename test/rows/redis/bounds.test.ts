import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder as folderStore } from '../../../adapters/stores/folder.ts'
import { memory } from '../../../adapters/stores/memory.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { chaos } from '../../../adapters/testing/index.ts'
import { inspect, type KnownValue, type Options, type Store, type StoreEntry } from '../../../src/index.ts'
import { describeRedis } from '../../adapters/redis/servers.ts'
import { sha256 } from '../../helpers/digest.ts'
import { ok } from '../../helpers/origin/index.ts'
import { anInstance, folder, got, heard } from '../stores/given.ts'
import { another, aPlace, bodyOf, judged, PUBLIC, serve } from './given.ts'

// What each tier takes, in which order they are told, what is put back into nearer ones, and one format for all.

describeRedis('what a tier takes', () => {
  const PRIVATE = { headers: { 'cache-control': 'private, max-age=3600' } }

  test.each<['refuse' | 'allow', string]>([
    ['refuse', 'another'],
    ['allow', 'one'],
  ])("private: '%s'", async (own, second) => {
    const place = await aPlace()
    place.origin.script('/mine', ok('one', PRIVATE), ok('another', PRIVATE))
    const options = (): Options => ({ tiers: [memory(), place.redis({ private: own })], storeTimeout: '5s' })
    const fetch = anInstance(options())
    const skipped = heard(fetch, 'store-skipped')
    expect(await got(await fetch(place.origin.url('/mine')))).toBe('one (miss)')
    await fetch.idle()
    expect(await got(await fetch(place.origin.url('/mine')))).toBe('one (hit)')
    expect(skipped.map(({ tier, reason }) => [tier, reason])).toEqual(own === 'refuse' ? [['redis', 'private']] : [])
    const other = anInstance(options())
    expect(await (await other(place.origin.url('/mine'))).text()).toBe(second)
  })

  test('credentials too: what one user fetched is not in a Redis that others read', async () => {
    const place = await aPlace()
    place.origin.script('/mine', ok('one', { headers: { 'cache-control': 'max-age=3600' } }))
    const fetch = anInstance({ tiers: [memory(), place.redis()] })
    await (await fetch(place.origin.url('/mine'), { headers: { authorization: 'Bearer secret' } })).text()
    await fetch.idle()
    for (const key of await place.keys('/v/h1:')) {
      expect(key).not.toContain('h1:v:')
      expect(String(await place.bytes(key))).not.toContain('secret')
    }
  })

  test('8 MB at most in Redis, unless said otherwise: a larger body is in the file alone, and that is told', async () => {
    const place = await aPlace()
    const [small, large] = ['/b/1500000/small', '/b/8388609/large'] as const
    serve(place.origin, [small, large])
    const file = join(folder(), 'cache.db')
    const fetch = anInstance({ tiers: [memory(), sqlite(file), place.redis()], storeTimeout: '5s' })
    const skipped = heard(fetch, 'store-skipped')
    for (const path of [small, large]) expect(await judged(fetch(place.origin.url(path)), path)).toBe('right')
    await fetch.idle()
    expect(skipped.filter(({ tier }) => tier === 'redis')).toMatchObject([{ url: place.origin.url(large), reason: 'too-large' }])
    const far = another(place, { mode: 'offline', storeTimeout: '5s' })
    expect(await judged(far(place.origin.url(small)), small)).toBe('right')
    expect(await far.cache.has(place.origin.url(large))).toBe(false)
    const near = anInstance({ tiers: [sqlite(file)], mode: 'offline' })
    expect(await judged(near(place.origin.url(large)), large)).toBe('right')
  })
})

describeRedis('D12', () => {
  test('found in Redis alone: answered, put into memory with its times, the origin not asked', async () => {
    const place = await aPlace()
    place.origin.script('/f', ok('v1', PUBLIC))
    const first = another(place)
    await got(await first(place.origin.url('/f')))
    await first.idle()
    const [stored] = await first.entry(place.origin.url('/f')).versions()
    const near = [memory(), sqlite(join(folder(), 'cache.db'))]
    const second = anInstance({ tiers: [...near, place.redis()], storeTimeout: '5s' })
    expect(inspect(await second(place.origin.url('/f')))).toMatchObject({ outcome: 'hit', tier: 'redis' })
    const again = inspect(await second(place.origin.url('/f')))
    expect(again).toMatchObject({
      tier: 'memory',
      version: { id: stored?.id, storedAt: stored?.storedAt, checkedAt: stored?.checkedAt },
    })
    expect(place.origin.hits('/f')).toBe(1)
  })

  test('the file before memory, Redis behind; in each of them the body, then what names it', async () => {
    const place = await aPlace()
    const order: string[] = []
    const noted = (store: Store): Store => {
      const spy = chaos(store, {})
      const write = (entries: readonly { key: string }[]): void => {
        for (const { key } of entries) if (/h1:[cve]:/.test(key)) order.push(`${store.name} ${key.slice(3, 4)}`)
      }
      return Object.assign(spy, {
        set: ((set) => (key: string, value: Uint8Array, options: object) => {
          write([{ key }])
          return set(key, value, options)
        })(spy.set.bind(spy)),
        setMany: ((setMany) => (entries: { key: string; value: Uint8Array }[], options: object) => {
          write(entries)
          return setMany(entries, options)
        })(spy.setMany.bind(spy)),
        ...(spy.compareAndSet !== undefined && {
          compareAndSet: ((compareAndSet) => (known: KnownValue, entries: StoreEntry[], options: object) => {
            write(entries)
            return compareAndSet(known, entries, options)
          })(spy.compareAndSet.bind(spy)),
        }),
      })
    }
    const fetch = anInstance({ tiers: [memory(), noted(sqlite(join(folder(), 'cache.db'))), noted(place.redis())] })
    fetch.on('stored', () => order.push('answered'))
    serve(place.origin, ['/b/70000/f'])
    expect(await judged(fetch(place.origin.url('/b/70000/f')), '/b/70000/f')).toBe('right')
    await fetch.idle()
    const local = ['sqlite c', 'sqlite v', 'sqlite e']
    expect(order.filter((step) => step.startsWith('sqlite'))).toEqual(local)
    expect(order.filter((step) => step.startsWith('redis'))).toEqual(['redis c', 'redis v', 'redis e'])
    expect(order.indexOf('answered')).toBeGreaterThan(order.indexOf('sqlite e'))
    expect(order.indexOf('answered')).toBeLessThan(order.indexOf('redis e'))
  })
})

describeRedis('D15: one format', () => {
  test('out of SQLite into Redis into a folder: the same versions, labels, tags and bytes', async () => {
    const place = await aPlace()
    const url = place.origin.url('/f')
    const far = another(place, { storeTimeout: '5s' })
    const source = anInstance({ tiers: [sqlite(join(folder(), 'cache.db'))], ttl: '1h' })
    for (const [n, text] of ['one', 'two'].entries()) {
      place.origin.script('/f', ok(text, PUBLIC))
      await got(await source(url, { cache: 'reload', holdfast: { tags: ['x'] } }))
      await source.entry(url).label(`label-${n}`)
    }
    serve(place.origin, ['/b/1200000/g'])
    expect(await judged(source(place.origin.url('/b/1200000/g')), '/b/1200000/g')).toBe('right')
    const at = folder()
    expect(await source.cache.copyTo(place.redis())).toMatchObject({ entries: 2 })
    expect(await far.cache.copyTo(folderStore(at))).toMatchObject({ entries: 2 })
    const copy = anInstance({ tiers: [folderStore(at)], mode: 'offline' })
    const plain = async (fetch: typeof copy): Promise<unknown[]> =>
      (await fetch.entry(url).versions()).map(({ id, digest, labels, storedAt, checkedAt }) => [
        id,
        digest,
        [...labels],
        storedAt,
        checkedAt,
      ])
    expect(await plain(copy)).toEqual(await plain(source))
    const tagged = await Array.fromAsync(copy.cache.entries({ tag: 'x' }))
    expect(tagged.map((entry) => entry.url)).toEqual([url])
    const big = await copy(place.origin.url('/b/1200000/g'))
    expect(sha256(new Uint8Array(await big.arrayBuffer()))).toBe(sha256(bodyOf('/b/1200000/g')))
  })
})
