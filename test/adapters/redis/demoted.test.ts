import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { redis } from '../../../adapters/stores/redis.ts'
import { manualClock } from '../../../adapters/testing/index.ts'
import { startRedis, until } from '../../helpers/redis.ts'
import { describeRedis } from './servers.ts'

const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers)

/** One address for whichever server is the primary, as of a service: who is connected stays where he is. */
async function anAddress(first: number) {
  const state = { port: first, connections: 0 }
  const relay = createServer((near) => {
    state.connections++
    const far = connect(state.port, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  onTestFinished(() => void relay.close())
  return Object.assign(state, { url: `redis://127.0.0.1:${(relay.address() as AddressInfo).port}` })
}

describeRedis('redis behind an address that leads to another server by now', () => {
  test('the one that it is connected to was made a replica: it finds the new primary, and what was asked is answered', async () => {
    await using before = await startRedis()
    await using after = await startRedis(['--replicaof', '127.0.0.1', `${before.port}`])
    const address = await anAddress(before.port)
    const clock = manualClock()
    const store = redis(address.url, { clock })
    await store.set('a', bytes(1))
    await until(() => after.cli('EXISTS', 'holdfast/v/a') === '1')
    after.cli('REPLICAOF', 'NO', 'ONE')
    before.cli('REPLICAOF', '127.0.0.1', `${after.port}`)
    address.port = after.port
    await clock.advance(1_000)
    const [read, written] = await Promise.allSettled([store.get('a'), store.set('a', bytes(2)), store.get('b')])
    expect(read).toMatchObject({ value: bytes(1) })
    expect(written).toMatchObject({ reason: { code: 'STORE', message: expect.stringMatching(/it is a replica/) } })
    await store.set('a', bytes(3))
    expect(await store.get('a')).toEqual(bytes(3))
    expect(after.cli('EXISTS', 'holdfast/v/a')).toBe('1')
    expect(address.connections).toBe(2)
    await store.close()
  })

  test('one that stays a replica is read on, and asked for anew once a second at most', async () => {
    await using before = await startRedis()
    await using after = await startRedis(['--replicaof', '127.0.0.1', `${before.port}`])
    const address = await anAddress(after.port)
    before.cli('SET', 'holdfast/v/a', 'x')
    const clock = manualClock()
    const store = redis(address.url, { clock })
    await until(async () => (await store.get('a')) !== undefined)
    for (let n = 0; n < 10; n++) {
      const [written, read] = await Promise.allSettled([store.set('a', bytes(2)), store.get('a')])
      expect([written.status, read.status]).toEqual(['rejected', 'fulfilled'])
    }
    expect(address.connections).toBe(1)
    await clock.advance(1_000)
    await store.set('a', bytes(2)).catch(() => undefined)
    expect(await store.get('a')).toBeDefined()
    expect(address.connections).toBe(2)
    await store.close()
  })
})
