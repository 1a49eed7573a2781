import { createCluster } from '@redis/client'
import { createCluster as createCluster5 } from 'redis-client5'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redis } from '../../../adapters/stores/redis.ts'
import { storeContract } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/model/store.ts'
import { type RedisServer, startCluster } from '../../helpers/redis.ts'
import { describeRedis, somePrefix } from './servers.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

describeRedis('a cluster of three', () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>
  const theirs: { connect(): Promise<unknown>; destroy(): unknown }[] = []
  let six: object
  let five: object

  beforeAll(async () => {
    cluster = await startCluster()
    const options = () => ({ rootNodes: cluster.nodes.map(({ url }) => ({ url })) })
    six = createCluster(options())
    five = createCluster5(options())
    theirs.push(six as never, five as never)
    await Promise.all(theirs.map((client) => client.connect()))
  })
  afterAll(async () => {
    for (const client of theirs) client.destroy()
    await cluster[Symbol.asyncDispose]()
  })

  let prefix = ''
  const contract = (name: string, given: () => object): void => {
    const reopen = async (): Promise<Store> => redis(given(), { prefix })
    const open = (): Promise<Store> => {
      prefix = somePrefix()
      return reopen()
    }
    storeContract(name, open, { describe: describeRedis, test, reopen })
  }
  const addresses = (): object => ({ rootNodes: cluster.nodes.map(({ url }: RedisServer) => ({ url })) })
  contract('a cluster by its root nodes', addresses)
  contract('a cluster client of node-redis 6', () => six)
  contract('a cluster client of node-redis 5', () => five)

  test('entries are spread over all nodes, and listed in order over all of them', async () => {
    const store = redis(addresses(), { prefix: somePrefix() })
    const entries = Array.from({ length: 2_000 }, (_, n) => ({ key: `h1:e:${(n * 7_919) % 100_003}`, value: bytes(n % 256) }))
    await store.setMany(entries)
    const listed = await Array.fromAsync(store.keys('h1:e:'))
    expect(listed).toEqual(entries.map(({ key }) => key).sort())
    expect(await store.getMany(entries.map(({ key }) => key))).toEqual(entries.map(({ value }) => value))
    for (const node of cluster.nodes) expect(Number(node.cli('DBSIZE'))).toBeGreaterThan(200)
    await store.delete(listed)
    expect(await Array.fromAsync(store.keys(''))).toEqual([])
    await store.close()
  })

  test('a fence holds for the records of its entry, and is refused for others: no node could decide that in one step', async () => {
    const store = redis(addresses(), { prefix: somePrefix() })
    const fence = await store.lease?.('h1:w:abc', 60_000)
    if (fence === undefined) throw new Error('nobody else holds it')
    const value = bytes(1)
    await store.setMany(
      ['h1:e:abc', 'h1:v:abc:1'].map((key) => ({ key, value })),
      { fence },
    )
    const others = Array.from({ length: 20 }, (_, n) => store.set(`h1:e:${n}`, value, { fence }))
    const outcomes = await Promise.allSettled(others)
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(refused.length).toBeGreaterThan(10)
    expect(refused[0]?.reason).toMatchObject({ code: 'STORE', message: expect.stringMatching(/h1:w:abc.*same subject/) })
    await store.close()
  })

  test('what is compared and what is set is of one entry, and refused where it is not', async () => {
    const store = redis(addresses(), { prefix: somePrefix() })
    const known = { key: 'h1:e:abc', value: undefined }
    const entries = ['h1:v:abc:1', 'h1:e:abc'].map((key) => ({ key, value: bytes(1) }))
    expect(await store.compareAndSet?.(known, entries)).toBe(true)
    expect(await store.compareAndSet?.(known, entries)).toBe(false)
    const others = Array.from({ length: 20 }, async (_, n) =>
      store.compareAndSet?.(known, [{ key: `h1:e:${n}`, value: bytes(2) }]),
    )
    const refused = (await Promise.allSettled(others)).filter((outcome) => outcome.status === 'rejected')
    expect(refused.length).toBeGreaterThan(10)
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'STORE', message: expect.stringMatching(/h1:e:abc.*of its subject, not for h1:e:\d/) })
    await store.close()
  })

  test('reached as if it were one server, it says what to give instead', async () => {
    const [node] = cluster.nodes as [RedisServer]
    const store = redis(node.url, { prefix: somePrefix() })
    const reads = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => store.get(`${n}`)))
    const refused = reads.find((read) => read.status === 'rejected')
    expect(refused?.reason).toMatchObject({ code: 'STORE', message: expect.stringMatching(/it is a cluster.*rootNodes/) })
    await store.close()
  })
})
