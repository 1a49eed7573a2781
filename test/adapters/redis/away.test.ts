import { createClient } from '@redis/client'
import { createClient as createClient5 } from 'redis-client5'
import { expect, test } from 'vitest'
import { redis } from '../../../adapters/stores/redis.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import type { Store } from '../../../src/model/store.ts'
import { stopwatch } from '../../helpers/own-time.ts'
import { type RedisServer, startRedis, until } from '../../helpers/redis.ts'
import { rounds } from '../../helpers/turning.ts'
import { describeRedis } from './servers.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)
const answers = (store: Store): Promise<boolean> =>
  store.get('probe').then(
    () => true,
    () => false,
  )

const refusalOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no refusal',
    (error: unknown) => error,
  )

/** Milliseconds that "at once" may take on a busy machine; waiting for a connection takes seconds, or for ever. */
const AT_ONCE = 1_500

async function failsAtOnce(store: Store, message: RegExp): Promise<void> {
  using watch = stopwatch()
  const calls = [
    store.get('a'),
    store.getMany(['a', 'b']),
    store.set('a', bytes(1)),
    store.setMany([{ key: 'a', value: bytes(1) }]),
    store.delete(['a']),
    store.lease?.('a', 1_000),
    Array.fromAsync(store.keys('')),
  ]
  for (const call of calls) {
    await expect(call).rejects.toMatchObject({ code: 'STORE', message: expect.stringMatching(message) })
  }
  expect(watch.ms()).toBeLessThan(AT_ONCE)
}

describeRedis('redis: the server is away', () => {
  test('from the beginning: each call fails at once and names the address; once it is there, all go through', async () => {
    await using server = await startRedis()
    await server.stop()
    const store = redis(server.url)
    await failsAtOnce(store, new RegExp(`redis \\(127.0.0.1:${server.port}\\): it cannot be reached \\(.*ECONNREFUSED`))
    await server.start()
    await until(() => answers(store))
    await store.set('a', bytes(1))
    expect(await store.get('a')).toEqual(bytes(1))
    await store.close()
  })

  test('killed in mid-work and started again, three times: each call settles, and what was acknowledged was written', async () => {
    await using server = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
    const store = redis(server.url)
    const acknowledged = new Map<string, number>()
    let n = 0
    for (let round = 0; round < 3; round++) {
      await until(() => answers(store))
      const work = Array.from({ length: 300 }, async () => {
        const [key, value] = [`k${n % 50}-${n}`, n++ % 256]
        await store.set(key, bytes(value)).then(
          () => acknowledged.set(key, value),
          () => undefined,
        )
      })
      await work[100]
      await server.stop()
      await Promise.all(work)
      await server.start(['--appendonly', 'yes', '--appendfsync', 'always'])
    }
    await until(() => answers(store))
    expect(acknowledged.size).toBeGreaterThan(300)
    const keys = [...acknowledged.keys()]
    expect((await store.getMany(keys)).map((value) => value?.[0])).toEqual([...acknowledged.values()])
    await store.close()
  })

  test('restarted while nobody asked: the first call after it goes through', async () => {
    await using server = await startRedis()
    const store = redis(server.url)
    await store.set('a', bytes(1))
    await server.stop()
    await server.start()
    await until(() => answers(store))
    await store.set('a', bytes(2))
    expect(await store.get('a')).toEqual(bytes(2))
    await store.close()
  })

  test('a connection that the server closes, as for idleness, is made again before anybody notices', async () => {
    await using server = await startRedis()
    const clock = manualClock()
    const store = redis(server.url, { clock })
    await store.set('a', bytes(1))
    await clock.advance(2_000)
    server.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await rounds()
    expect(await store.get('a')).toEqual(bytes(1))
    await store.close()
  })
})

describeRedis('redis: the server is stopped (SIGSTOP)', () => {
  test('calls fail after ten seconds, later ones at once; awake again, it is used again', async () => {
    await using server = await startRedis()
    const clock = manualClock()
    const store = redis(server.url, { clock })
    await store.set('a', bytes(1))
    server.freeze()
    const waits = refusalOf(store.get('a'))
    await rounds()
    await clock.advance(10_000)
    expect(await waits).toMatchObject({ code: 'STORE', message: expect.stringMatching(/did not answer/) })
    // One attempt at another connection, which the kernel takes and nobody greets.
    const attempt = refusalOf(store.get('a'))
    await rounds()
    await clock.advance(5_000)
    expect(await attempt).toMatchObject({ message: expect.stringMatching(/did not greet/) })
    await failsAtOnce(store, /did not greet/)
    server.thaw()
    await until(async () => {
      await clock.advance(100)
      return answers(store)
    })
    expect(await store.get('a')).toEqual(bytes(1))
    await store.close()
  })

  test('a call that is answered in time is not failed because others were slow', async () => {
    await using server = await startRedis()
    const clock = manualClock()
    const store = redis(server.url, { clock })
    for (let n = 0; n < 30; n++) {
      const reads = [store.get('a'), store.get('b')]
      await clock.advance(900)
      expect(await Promise.all(reads)).toEqual([undefined, undefined])
    }
    await store.close()
    expect(clock.pending).toBe(0)
  })

  test('close waits a second for what was asked, and no longer', async () => {
    await using server = await startRedis()
    const clock = manualClock()
    const store = redis(server.url, { clock })
    await store.get('a')
    server.freeze()
    const waits = refusalOf(store.get('a'))
    const closing = store.close()
    await rounds()
    await clock.advance(1_000)
    await closing
    expect(await waits).toMatchObject({ code: 'CLOSED' })
    expect(clock.pending).toBe(0)
  })
})

describeRedis.each([
  ['node-redis 6', createClient],
  ['node-redis 5', createClient5 as unknown as typeof createClient],
])('redis over a client of %s: the server is away', (_name, create) => {
  const client = (server: RedisServer): ReturnType<typeof createClient> =>
    create({ url: server.url, socket: { reconnectStrategy: 20 } }) as ReturnType<typeof createClient>

  test('its own queue for such times is not used: calls fail at once, and go through when it has found the server', async () => {
    await using server = await startRedis()
    const theirs = client(server)
    await theirs.connect()
    const store = redis(theirs)
    await store.set('a', bytes(1))
    await server.stop()
    await until(async () => !(await answers(store)))
    await failsAtOnce(store, /./)
    await server.start()
    await until(() => answers(store))
    await store.set('a', bytes(2))
    expect(await store.get('a')).toEqual(bytes(2))
    await store.close()
    expect(theirs.isOpen).toBe(true)
    theirs.destroy()
  })

  test('not connected yet, and no server: no call waits for ever', async () => {
    await using server = await startRedis()
    await server.stop()
    const theirs = client(server)
    const store = redis(theirs)
    await failsAtOnce(store, /cannot be reached|not connected/)
    await server.start()
    await until(() => answers(store))
    expect(await store.get('a')).toBeUndefined()
    await store.close()
  })
})
