import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { redis } from '../../../adapters/stores/redis.ts'
import { startRedis } from '../../helpers/redis.ts'
import { describeRedis } from './servers.ts'

const SIZE = 64 * 1024
const ROOM = `${12 * 1024 * 1024}`
const names = Array.from({ length: 400 }, (_, n) => `h1:c:body:${`${n}`.padStart(4, '0')}`)

describeRedis('redis: maxmemory', () => {
  test('noeviction: what it cannot take is rejected, what it took is there; reading, listing and deleting go on', async () => {
    await using server = await startRedis(['--maxmemory', ROOM, '--maxmemory-policy', 'noeviction'])
    const store = redis(server.url)
    const outcomes: string[] = []
    let refusal: unknown
    for (const name of names) {
      await store.set(name, randomBytes(SIZE)).then(
        () => outcomes.push(name),
        (error) => {
          refusal = error
        },
      )
    }
    expect(outcomes.length).toBeGreaterThan(20)
    expect(outcomes.length).toBeLessThan(names.length)
    expect(refusal).toMatchObject({ code: 'STORE', message: expect.stringMatching(/it is full.*maxmemory.*OOM/) })
    const values = await store.getMany(names)
    expect(names.filter((_, n) => values[n]?.length === SIZE)).toEqual(outcomes)
    expect(await Array.fromAsync(store.keys('h1:c:')), 'the index cannot be written, so it is a scan').toEqual(outcomes)
    await expect(store.lease?.('l', 1_000)).rejects.toMatchObject({ code: 'STORE' })
    await store.delete(outcomes)
    expect(await store.getMany(outcomes)).toEqual(outcomes.map(() => undefined))
    await store.set('again', randomBytes(SIZE))
    const fence = await store.lease?.('l', 60_000)
    await store.set('under a lease', randomBytes(10), fence === undefined ? {} : { fence })
    expect(await Array.fromAsync(store.keys(''))).toEqual(['again', 'under a lease'])
    await store.close()
  })

  test('a lease that was given back takes no memory, by itself or with the write that it was for', async () => {
    await using server = await startRedis()
    const store = redis(server.url)
    const [alone, along] = [await store.lease?.('alone', 60_000), await store.lease?.('along', 60_000)]
    if (along === undefined) throw new Error('nobody else holds it')
    await alone?.release()
    const known = { key: 'a', value: undefined }
    expect(await store.compareAndSet?.(known, [{ key: 'a', value: randomBytes(10) }], { fence: along, release: true })).toBe(true)
    expect(server.cli('KEYS', '*l/al*').trim()).toBe('')
    server.cli('CONFIG', 'RESETSTAT')
    await along.release()
    expect(server.cli('INFO', 'commandstats'), 'there is nothing left to say').not.toContain('evalsha')
    await store.close()
  })

  test('a holder gives its lease back to a full server, and a late write under it is refused', async () => {
    await using server = await startRedis()
    const store = redis(server.url)
    const fence = await store.lease?.('l', 60_000)
    server.cli('CONFIG', 'SET', 'maxmemory', '1')
    if (fence === undefined) throw new Error('nobody else holds it')
    await expect(store.setMany([{ key: 'a', value: randomBytes(10) }], { fence })).rejects.toMatchObject({ code: 'STORE' })
    await fence.release()
    server.cli('CONFIG', 'SET', 'maxmemory', '0')
    const next = await store.lease?.('l', 60_000)
    expect(next?.generation).toBeGreaterThan(fence.generation)
    await expect(store.set('a', randomBytes(10), { fence })).rejects.toMatchObject({ code: 'FENCED' })
    expect(await store.get('a')).toBeUndefined()
    await store.close()
  })

  test.each(['allkeys-lru', 'allkeys-random'])(
    '%s: what was given up is a miss, and a listing has what is there',
    async (policy) => {
      await using server = await startRedis(['--maxmemory', ROOM, '--maxmemory-policy', policy])
      const store = redis(server.url)
      for (const name of names) await store.set(name, randomBytes(SIZE))
      // An answer of megabytes takes memory too, for which more would be given up.
      server.cli('CONFIG', 'SET', 'maxmemory', '0')
      const values = await store.getMany(names)
      const there = names.filter((_, n) => values[n] !== undefined)
      expect(there.length).toBeGreaterThan(20)
      expect(there.length).toBeLessThan(names.length)
      expect(values.every((value) => value === undefined || value.length === SIZE)).toBe(true)
      expect(await Array.fromAsync(store.keys('h1:c:'))).toEqual(there)
      await store.close()
    },
  )

  test('FLUSHALL in the middle: misses, an empty listing, a refused fence, and no generation twice', async () => {
    await using server = await startRedis()
    const store = redis(server.url)
    await store.setMany(names.map((key) => ({ key, value: randomBytes(10) })))
    const fence = await store.lease?.('l', 60_000)
    if (fence === undefined) throw new Error('nobody else holds it')
    const listed: string[] = []
    for await (const key of store.keys('')) {
      if (listed.push(key) === 1) server.cli('FLUSHALL')
    }
    expect(listed.length).toBeLessThanOrEqual(names.length)
    expect(await store.getMany(names.slice(0, 3))).toEqual([undefined, undefined, undefined])
    expect(await Array.fromAsync(store.keys(''))).toEqual([])
    expect(await fence.extend(60_000)).toBe(false)
    await expect(store.set('a', randomBytes(1), { fence })).rejects.toMatchObject({ code: 'FENCED' })
    const next = await store.lease?.('l', 60_000)
    expect(next?.generation).toBeGreaterThan(fence.generation)
    await store.set('a', randomBytes(1), next === undefined ? {} : { fence: next })
    expect(await Array.fromAsync(store.keys(''))).toEqual(['a'])
    await store.close()
  })
})
