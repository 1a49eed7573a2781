import { expect, test } from 'vitest'
import { redis } from '../../../adapters/stores/redis.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { startRedis, until } from '../../helpers/redis.ts'
import { describeRedis, sharedServer, somePrefix } from './servers.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)
const refusal = (message: RegExp) => ({ code: 'STORE', message: expect.stringMatching(message) })

describeRedis('redis: what it refuses is said in words', () => {
  const server = sharedServer()

  test('a replica takes no writes, and can be read and listed', async () => {
    await using replica = await startRedis(['--replicaof', '127.0.0.1', `${server().port}`])
    const prefix = somePrefix()
    const primary = redis(server().url, { prefix })
    await primary.setMany(['ab', 'a*', 'b', 'a'].map((key) => ({ key, value: bytes(1) })))
    const store = redis(replica.url, { prefix })
    await until(async () => (await store.get('a').catch(() => undefined)) !== undefined)
    const readOnly = refusal(/127\.0\.0\.1:\d+\): it is a replica that takes no writes.*READONLY/)
    await expect(store.set('a', bytes(2))).rejects.toMatchObject(readOnly)
    await expect(store.delete(['a'])).rejects.toMatchObject(readOnly)
    await expect(store.lease?.('a', 1_000)).rejects.toMatchObject(readOnly)
    // By a scan, since the index is not known to be whole and cannot be made so; then by the index, which the primary has made so.
    const listed = async (prefix: string): Promise<string[]> => Array.fromAsync(store.keys(prefix, { after: 'a' }))
    expect([await listed(''), await listed('a*'), await listed('a?')]).toEqual([['a*', 'ab', 'b'], ['a*'], []])
    await Array.fromAsync(primary.keys(''))
    await until(() => replica.cli('ZSCORE', `${prefix}/i`, 'w') === '0')
    expect([await listed(''), await listed('a*'), await listed('a?')]).toEqual([['a*', 'ab', 'b'], ['a*'], []])
    expect(await store.get('a')).toEqual(bytes(1))
    await Promise.all([store.close(), primary.close()])
  })

  test('a server that is reading its data says so, and is used once it has', async () => {
    await using slow = await startRedis()
    const store = redis(slow.url)
    await store.setMany(Array.from({ length: 200 }, (_, n) => ({ key: `k${n}`, value: new Uint8Array(20_000).fill(n) })))
    slow.cli('SAVE')
    await slow.stop()
    // A millisecond and more for each key, and a look at its sockets every 4 KiB.
    const started = slow.start(['--key-load-delay', '2000', '--loading-process-events-interval-bytes', '4096'])
    const said = new Set<string>()
    await until(() =>
      store.get('k7').then(
        () => true,
        (error: Error) => said.add(error.message) === undefined,
      ),
    )
    expect([...said].join('\n')).toMatch(/has just started and is still reading its data.*LOADING/)
    expect((await store.get('k7'))?.[0]).toBe(7)
    await started
    await store.close()
  })

  test('a value of another type under our key: the read is rejected, others go on, and a write puts it right', async () => {
    const prefix = somePrefix()
    const store = redis(server().url, { prefix })
    server().cli('HSET', `${prefix}/v/a`, '__proto__', 'x')
    await store.set('b', bytes(2))
    await expect(store.get('a')).rejects.toMatchObject(refusal(/value of another type under one of our keys.*WRONGTYPE/))
    expect(await store.getMany(['a', 'b'])).toEqual([undefined, bytes(2)])
    await store.set('a', bytes(1))
    expect(await store.get('a')).toEqual(bytes(1))
    await store.close()
  })

  test('another type in the place of the index: writes are rejected until a listing has put it right', async () => {
    const prefix = somePrefix()
    const store = redis(server().url, { prefix })
    await store.set('a', bytes(1))
    server().cli('DEL', `${prefix}/i`)
    server().cli('SET', `${prefix}/i`, 'rubbish')
    await expect(store.set('b', bytes(2))).rejects.toMatchObject(refusal(/another type.*WRONGTYPE/))
    const fence = await store.lease?.('l', 60_000)
    await expect(store.set('c', bytes(3), fence && { fence })).rejects.toMatchObject(refusal(/WRONGTYPE/))
    expect(await Array.fromAsync(store.keys('a'))).toEqual(['a'])
    await store.set('c', bytes(3))
    expect(await Array.fromAsync(store.keys(''))).toEqual(['a', 'b', 'c'])
    await store.close()
  })

  test('another type in the place of a lease is nobody’s lease', async () => {
    const prefix = somePrefix()
    const store = redis(server().url, { prefix })
    const fence = await store.lease?.('l', 60_000)
    if (fence === undefined) throw new Error('nobody else holds it')
    server().cli('DEL', `${prefix}/l/l`)
    server().cli('SET', `${prefix}/l/l`, 'rubbish')
    await expect(store.set('a', bytes(1), { fence })).rejects.toMatchObject({ code: 'FENCED' })
    await fence.release()
    expect(await fence.extend(1_000)).toBe(false)
    expect((await store.lease?.('l', 1_000))?.generation).toBeGreaterThan(fence.generation)
    await store.close()
  })

  test('one generation granted twice, by a replica that became the primary too early: only the one it knows of may write', async () => {
    const prefix = somePrefix()
    const store = redis(server().url, { prefix })
    const fence = await store.lease?.('l', 60_000)
    if (fence === undefined) throw new Error('nobody else holds it')
    server().cli('HSET', `${prefix}/l/l`, 'holder', 'who was granted it by the replica')
    await expect(store.set('a', bytes(1), { fence })).rejects.toMatchObject({ code: 'FENCED' })
    await fence.release()
    expect([await fence.extend(1_000), await store.lease?.('l', 1_000)]).toEqual([false, undefined])
    await store.close()
  })

  test('a user without the right to write, or to run scripts', async () => {
    server().cli('ACL', 'SETUSER', 'reader', 'on', '>pw-reader', '~*', '+@read', '+@connection')
    const store = redis(`redis://reader:pw-reader@127.0.0.1:${server().port}`, { prefix: somePrefix() })
    expect(await store.get('a')).toBeUndefined()
    await expect(store.set('a', bytes(1))).rejects.toMatchObject(refusal(/this user may not do that.*NOPERM/))
    await expect(store.lease?.('a', 1)).rejects.toMatchObject(refusal(/this user may not do that.*NOPERM/))
    await store.close()
  })

  test('a user who may run scripts, and not what is in them', async () => {
    server().cli('ACL', 'SETUSER', 'timeless', 'on', '>pw-timeless', '~*', '+@read', '+@write', '+@connection', '+@scripting')
    const store = redis(`redis://timeless:pw-timeless@127.0.0.1:${server().port}`, { prefix: somePrefix() })
    await expect(store.lease?.('a', 1)).rejects.toMatchObject(refusal(/this user may not do that \(see its ACL\)/))
    await store.close()
  })

  test('a user without the right to channels hears no news, and is refused once', async () => {
    server().cli('ACL', 'SETUSER', 'deaf', 'on', '>pw-deaf', '~*', '+@all', 'resetchannels')
    const clock = manualClock()
    const store = redis(`redis://deaf:pw-deaf@127.0.0.1:${server().port}`, { prefix: somePrefix(), clock })
    store.listen?.(() => undefined)
    const refused = (): number => Number(/count\n(\d+)\nreason\nchannel/.exec(server().cli('ACL', 'LOG'))?.[1] ?? 0)
    await store.get('a')
    await until(() => refused() > 0)
    for (let second = 0; second < 50; second++) {
      await clock.advance(1_000)
      await store.get('a')
    }
    expect(refused()).toBe(1)
    await store.close()
  })

  test('a value above maxEntryBytes is not sent', async () => {
    const store = redis(server().url, { prefix: somePrefix(), maxEntryBytes: 1_024 })
    await expect(store.set('a', new Uint8Array(1_025))).rejects.toMatchObject(
      refusal(/a has 1025 bytes and maxEntryBytes is 1024/),
    )
    await store.set('a', new Uint8Array(1_024))
    const entries = [{ key: 'b', value: new Uint8Array(1_025) }]
    await expect(store.compareAndSet?.({ key: 'b', value: undefined }, entries)).rejects.toMatchObject(
      refusal(/b has 1025 bytes and maxEntryBytes is 1024/),
    )
    await store.close()
    await expect(store.compareAndSet?.({ key: 'b', value: undefined }, [])).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test.each([0, -5, 1e300, Number.POSITIVE_INFINITY])('expires: %d', async (expires) => {
    const store = redis(server().url, { prefix: somePrefix() })
    const fence = await store.lease?.('l', 60_000)
    await store.set('a', bytes(1), { expires })
    await store.set('b', bytes(1), { expires, ...(fence && { fence }) })
    const expected = expires > 0 ? bytes(1) : undefined
    expect(await store.getMany(['a', 'b'])).toEqual([expected, expected])
    await store.close()
  })
})
