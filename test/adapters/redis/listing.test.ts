import { createClient } from '@redis/client'
import { expect, test } from 'vitest'
import { redis } from '../../../adapters/stores/redis.ts'
import { describeRedis, sharedServer, somePrefix } from './servers.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)
const entries = (keys: readonly string[]) => keys.map((key) => ({ key, value: bytes(1) }))

describeRedis('redis: keys', () => {
  const server = sharedServer()

  test('ten thousand in order, from any place and up to any', async () => {
    const store = redis(server().url, { prefix: somePrefix() })
    const all = Array.from({ length: 10_000 }, (_, n) => `h1:e:${((n * 7_919) % 10_007).toString(36)}`)
    await store.setMany(entries(all))
    const sorted = all.toSorted()
    expect(await Array.fromAsync(store.keys('h1:e:'))).toEqual(sorted)
    expect(await Array.fromAsync(store.keys('', { after: sorted[4_321] as string }))).toEqual(sorted.slice(4_322))
    expect(await Array.fromAsync(store.keys('h1:e:', { after: sorted[499] as string, limit: 777 }))).toEqual(
      sorted.slice(500, 1_277),
    )
    expect(await Array.fromAsync(store.keys('h1:e:7', { after: 'h1:' }))).toEqual(
      sorted.filter((key) => key.startsWith('h1:e:7')),
    )
    expect(await Array.fromAsync(store.keys('h1:e:7', { after: 'h2' }))).toEqual([])
    await store.close()
  })

  test('an index that Redis has evicted is made again, with what is written meanwhile', async () => {
    const prefix = somePrefix()
    const [store, other] = [redis(server().url, { prefix }), redis(server().url, { prefix })]
    const all = Array.from({ length: 3_000 }, (_, n) => `h1:v:${`${n}`.padStart(5, '0')}`)
    await store.setMany(entries(all))
    expect((await Array.fromAsync(store.keys(''))).length).toBe(3_000)
    server().cli('DEL', `${prefix}/i`)
    await store.set('h1:v:zzz', bytes(1))
    const [listed, again] = await Promise.all([
      Array.fromAsync(store.keys('')),
      Array.fromAsync(other.keys('')),
      other.setMany(entries(['h1:v:00000', 'h1:v:xxx'])),
      store.delete([all[5] as string]),
    ])
    expect(listed.length).toBeGreaterThanOrEqual(2_999)
    expect(again.length).toBeGreaterThanOrEqual(2_999)
    const expected = [...all.toSpliced(5, 1), 'h1:v:xxx', 'h1:v:zzz']
    expect(await Array.fromAsync(other.keys(''))).toEqual(expected)
    await Promise.all([store.close(), other.close()])
  })

  test('names that are no text, which somebody put into the index, do not make a listing begin anew for ever', async () => {
    const prefix = somePrefix()
    const store = redis(server().url, { prefix })
    await store.setMany(entries(['h1:c:a', 'h1:d:a']))
    expect(await Array.fromAsync(store.keys(''))).toEqual(['h1:c:a', 'h1:d:a'])
    const [one] = server().cli('ZRANGE', `${prefix}/i`, '-', '+', 'BYLEX').split('\n')
    const client = createClient({ url: server().url })
    await client.connect()
    const name = Buffer.from((one as string).replace('h1:c:a', 'h1:c:'))
    for (let n = 0; n < 3_000; n++)
      await client.sendCommand(['ZADD', `${prefix}/i`, '0', Buffer.concat([name, Buffer.of(0xfe), Buffer.from(`${n}`)])])
    expect(await Array.fromAsync(store.keys('h1:'))).toEqual(['h1:c:a', 'h1:d:a'])
    await client.close()
    await store.close()
  })

  test('an index that is evicted while it is made is not taken for a whole one', async () => {
    const prefix = somePrefix()
    const client = createClient({ url: server().url })
    await client.connect()
    const send = client.sendCommand.bind(client)
    let scans = 0
    client.sendCommand = async (words, options) => {
      const answer = await send(words, options)
      // The names that the first steps have found are gone with it.
      if (words[0] === 'SCAN' && ++scans === 3) await send(['DEL', `${prefix}/i`])
      return answer as never
    }
    const store = redis(client, { prefix })
    const all = Array.from({ length: 5_000 }, (_, n) => `h1:v:${`${n}`.padStart(5, '0')}`)
    await store.setMany(entries(all))
    for (let round = 0; round < 2; round++) expect(await Array.fromAsync(store.keys(''))).toEqual(all)
    expect(scans).toBeGreaterThan(6)
    await store.close()
    client.destroy()
  })

  test('an index that is evicted again and again never hides what is there', async () => {
    const prefix = somePrefix()
    const store = redis(server().url, { prefix })
    const all = Array.from({ length: 5_000 }, (_, n) => `h1:v:${`${n}`.padStart(5, '0')}`)
    await store.setMany(entries(all))
    for (let round = 0; round < 10; round++) {
      const listing = Array.fromAsync(store.keys(''))
      for (let n = 0; n < round * 3; n++) await store.get('a')
      server().cli('DEL', `${prefix}/i`)
      await listing
    }
    expect(await Array.fromAsync(store.keys(''))).toEqual(all)
    await store.close()
  })

  test('names of what has expired do not stay', async () => {
    const prefix = somePrefix()
    const store = redis(server().url, { prefix })
    await store.set('a', bytes(1), { expires: 1 })
    await store.set('b', bytes(1))
    expect(server().cli('ZRANGE', `${prefix}/i`, '0', '-1').split('\n')).toEqual(['ka', 'kb'])
    expect(await Array.fromAsync(store.keys(''))).toEqual(['b'])
    expect(server().cli('ZRANGE', `${prefix}/i`, '0', '-1').split('\n')).toEqual(['kb', 'w'])
    await store.close()
  })
})

describeRedis('redis: neighbours in one server', () => {
  const server = sharedServer()

  test('prefixes that begin alike, and keys that look like prefixes, never meet', async () => {
    const prefixes = ['app', 'app1', 'app:', 'app:v', 'a.p', 'a-p', 'a_p', 'v', 'i', 'l']
    const stores = prefixes.map((prefix) => redis(server().url, { prefix }))
    const keys = ['k', 'v/k', '1/v/k', 'i', 'l/k', ':/v/k', '*', 'v/v/k']
    for (const [n, store] of stores.entries()) {
      await store.setMany(keys.map((key, m) => ({ key, value: bytes(n, m) })))
      await store.lease?.('k', 60_000)
    }
    for (const [n, store] of stores.entries()) {
      expect(await store.getMany(keys)).toEqual(keys.map((_, m) => bytes(n, m)))
      expect(await Array.fromAsync(store.keys(''))).toEqual(keys.toSorted())
    }
    for (const [n, store] of stores.entries()) {
      if (n % 2 === 0) await store.delete(await Array.fromAsync(store.keys('')))
      // Also by the scan that stands in for a lost index.
      server().cli('DEL', `${prefixes[n]}/i`)
    }
    for (const [n, store] of stores.entries()) {
      expect(await Array.fromAsync(store.keys(''))).toEqual(n % 2 === 0 ? [] : keys.toSorted())
      await store.close()
    }
  })

  test('what others have there is neither listed nor deleted', async () => {
    const prefix = somePrefix()
    const foreign = ['holdfast', `${prefix}`, `${prefix}x/v/a`, `x${prefix}/v/a`, `${prefix}:v/a`, '*', `${prefix}*`]
    for (const key of foreign) server().cli('SET', key, 'mine')
    const store = redis(server().url, { prefix })
    await store.setMany(entries(['a', '*', `${prefix}*`]))
    expect(await Array.fromAsync(store.keys(''))).toEqual(['*', 'a', `${prefix}*`])
    await store.delete(['*', `${prefix}*`, 'a', '?', ''])
    expect(await Array.fromAsync(store.keys(''))).toEqual([])
    for (const key of foreign) expect(server().cli('GET', key)).toBe('mine')
    await store.close()
  })
})
