import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import KeyvRedis from '@keyv/redis'
import { createClient, createClientPool } from '@redis/client'
import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { redis } from '../../../adapters/stores/redis.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/model/store.ts'
import { selfSigned } from '../../helpers/certificate.ts'
import { freePort, startRedis, startSentinel } from '../../helpers/redis.ts'
import { describeRedis, sharedServer, somePrefix } from './servers.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

/** Each road that a command takes: alone, in a transaction, in a script, on each server. */
async function works(store: Store): Promise<void> {
  const value = new Uint8Array(100_000).map((_, n) => n)
  await store.setMany([
    { key: 'h1:e:a', value },
    { key: 'h1:c:b:0', value: bytes(0, 255, 128) },
  ])
  const fence = await store.lease?.('h1:w:a', 10_000)
  await store.set('h1:v:a:1', bytes(1), fence && { fence })
  expect(await store.getMany(['h1:e:a', 'h1:c:b:0', 'h1:v:a:1'])).toEqual([value, bytes(0, 255, 128), bytes(1)])
  expect(await Array.fromAsync(store.keys('h1:'))).toEqual(['h1:c:b:0', 'h1:e:a', 'h1:v:a:1'])
  await store.delete(['h1:e:a', 'h1:c:b:0', 'h1:v:a:1'])
  await fence?.release()
  expect(await store.get('h1:e:a')).toBeUndefined()
}

test.each([
  [undefined, {}, /no address/],
  [5, {}, /no address/],
  ['', {}, /redis:\/\//],
  ['localhost:6379', {}, /redis:\/\/, rediss:\/\/ \(TLS\) or unix:\/\/, not localhost:/],
  ['https://localhost', {}, /not https:/],
  [new Map(), {}, /no client of node-redis/],
  [{ connect() {}, status: 'ready' }, {}, /ioredis/],
  [memory(), {}, /no client of node-redis/],
  [{ host: 'redis.internal', port: 6379 }, {}, /^redis: host is no option of node-redis.* Say socket: \{ host \}$/],
  [{ url: 'redis://x', db: 2 }, {}, /^redis: db is no .*Say database$/],
  [{ url: 'redis://x', tls: {} }, {}, /Say socket: \{ tls: true \}$/],
  [{ url: 'redis://x', keyPrefix: 'a:' }, {}, /redis\(options, \{ prefix \}\)$/],
  [{ rootNodes: [{ url: 'redis://x' }, { host: 'x' }] }, {}, /^redis: rootNodes\[1\]\.host is/],
  [{ rootNodes: [{ url: 'http://x' }] }, {}, /not http:/],
  [{ sentinelRootNodes: [{ host: 'x', port: 1 }], nodeClientOptions: { db: 1 } }, {}, /^redis: nodeClientOptions\.db is/],
  ['redis://x', { ttl: 5 }, /"ttl".*prefix/],
  ['redis://x', { private: 'yes' }, /redis\.private/],
  ['redis://x', { prefix: '' }, /redis\.prefix/],
  ['redis://x', { prefix: 'a*' }, /redis\.prefix/],
  ['redis://x', { prefix: 'a/b' }, /redis\.prefix/],
  ['redis://x', { prefix: '{1}' }, /redis\.prefix/],
  ['redis://x', { maxEntryBytes: 'much' }, /redis\.maxEntryBytes/],
])('wrong arguments are refused: %#', (given, options, message) => {
  expect(() => redis(given as string, options as object)).toThrow(message)
  expect(() => redis(given as string, options as object)).toThrow(TypeError)
})

test('it says what it is, and touches nothing before the first call', async () => {
  const { name, durable, shared, remote, maxEntryBytes } = redis('redis://127.0.0.1:1')
  expect({ name, durable, shared, remote, maxEntryBytes }).toEqual({
    name: 'redis',
    durable: true,
    shared: true,
    remote: true,
    maxEntryBytes: 8 * 1024 * 1024,
  })
  expect(redis('redis://127.0.0.1:1', { private: 'allow' }).shared).toBe(false)
  await redis('redis://127.0.0.1:1').close()
})

describeRedis('redis: what may be given', () => {
  const server = sharedServer()
  const options = () => ({ prefix: somePrefix() })

  test('a URL with a database, options, a client, a pool, a KeyvRedis', async () => {
    const { port, url } = server()
    const client = createClient({ url })
    const pool = createClientPool({ url })
    const adapter = new KeyvRedis(url)
    await client.connect()
    await pool.connect()
    const given = [`${url}/3`, { url }, { socket: { host: '127.0.0.1', port }, database: 2 }, client, pool, adapter]
    for (const one of given) {
      const store = redis(one, options())
      await works(store)
      await store.close()
    }
    expect([client.isOpen, pool.isOpen, client.listenerCount('error')]).toEqual([true, true, 0])
    expect(await client.ping()).toBe('PONG')
    client.destroy()
    pool.destroy()
  })

  test('the options given are left as they are', async () => {
    const given = { url: server().url, socket: { connectTimeout: 1_000 } }
    const store = redis(given, options())
    await works(store)
    await store.close()
    expect(given).toEqual({ url: server().url, socket: { connectTimeout: 1_000 } })
  })

  test('a client of yours stays open, one that was not connected is connected and disconnected', async () => {
    const client = createClient({ url: server().url })
    const store = redis(client, options())
    await Promise.all([works(store), store.get('a')])
    expect(client.isReady).toBe(true)
    await store.close()
    expect(client.isOpen).toBe(false)
    await client.connect()
    const another = redis(client, options())
    await another.get('a')
    await another.close()
    expect(client.isReady).toBe(true)
    client.destroy()
  })

  test('a client that its owner has closed is not opened again behind his back', async () => {
    const client = createClient({ url: server().url })
    await client.connect()
    const store = redis(client, options())
    await store.get('a')
    client.destroy()
    await expect(store.get('a')).rejects.toMatchObject({ code: 'STORE', message: expect.stringMatching(/closed by its owner/) })
    expect(client.isOpen).toBe(false)
    await store.close()
  })

  test('two stores over one client', async () => {
    const client = createClient({ url: server().url })
    await client.connect()
    const [one, other] = [redis(client, options()), redis(client, options())]
    await Promise.all([works(one), works(other)])
    await one.close()
    await works(other)
    await other.close()
    expect(client.isReady).toBe(true)
    client.destroy()
  })

  test('close waits for what was asked', async () => {
    const given = options()
    // It waits no longer than a second, on a clock that stands still here.
    const store = redis(server().url, { ...given, clock: manualClock() })
    const writes = Array.from({ length: 50 }, (_, n) => store.set(`${n}`, new Uint8Array(100_000).fill(n)))
    await store.close()
    await Promise.all(writes)
    const again = redis(server().url, given)
    expect((await again.get('49'))?.[99_999]).toBe(49)
    await again.close()
  })

  test('sentinels: the primary that they name', async () => {
    await using sentinel = await startSentinel(server())
    const given = { name: 'mine', sentinelRootNodes: [{ host: '127.0.0.1', port: sentinel.port }] }
    const store = redis(given, options())
    await works(store)
    await store.set('left', bytes(1))
    expect(server().cli('KEYS', '*/v/left')).not.toBe('')
    await store.close()
  })
})

describeRedis('redis: TLS', () => {
  test('rediss://, with the certificate that the options name; without it the connection is refused', async ({ skip }) => {
    const certificate = await selfSigned()
    if (certificate === undefined) return skip('there is no openssl to make a certificate')
    await using server = await startRedis()
    const port = await freePort()
    const [keyFile, certFile] = [join(server.folder, 'key.pem'), join(server.folder, 'cert.pem')]
    writeFileSync(keyFile, certificate.key)
    writeFileSync(certFile, certificate.cert)
    const files = ['tls-cert-file', certFile, 'tls-key-file', keyFile, 'tls-ca-cert-file', certFile]
    server.cli('CONFIG', 'SET', ...files, 'tls-auth-clients', 'no', 'tls-port', `${port}`)
    const url = `rediss://127.0.0.1:${port}`
    const store = redis({ url, socket: { ca: certificate.cert } })
    await works(store)
    await store.close()
    const stranger = redis(url)
    await expect(stranger.get('a')).rejects.toMatchObject({ code: 'STORE', message: expect.stringMatching(/self-signed/) })
    await stranger.close()
  })
})
