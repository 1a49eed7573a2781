import { expect, test } from 'vitest'
import { redis } from '../../../adapters/stores/redis.ts'
import { startChild } from '../../helpers/child.ts'
import { startCluster } from '../../helpers/redis.ts'
import { describeRedis, sharedServer, somePrefix } from './servers.ts'

const script = (name: string): URL => new URL(`../children/${name}`, import.meta.url)

describeRedis('redis: several processes', () => {
  const server = sharedServer()

  test('4 processes write 300 values each: what was acknowledged is there, and one of them was granted the lease', async () => {
    const prefix = somePrefix()
    const names = ['p0', 'p1', 'p2', 'p3']
    const children = names.map((name) => startChild(script('redis-write-many.ts'), { args: [server().url, prefix, name, '300'] }))
    const said = await Promise.all(children.map((child) => child.message<{ acknowledged: number; generation?: number }>()))
    expect(said.map(({ acknowledged }) => acknowledged)).toEqual([300, 300, 300, 300])
    expect(said.filter(({ generation }) => generation !== undefined).length).toBe(1)
    expect((await Promise.all(children.map((child) => child.exit))).map(({ code, stderr }) => [code, stderr])).toEqual(
      names.map(() => [0, '']),
    )
    const store = redis(server().url, { prefix })
    for (const name of names) {
      const values = await store.getMany(Array.from({ length: 300 }, (_, n) => `h1:e:${name}-${n}`))
      expect(values.map((value) => value?.[65_535])).toEqual(Array.from({ length: 300 }, (_, n) => n % 256))
    }
    expect((await Array.fromAsync(store.keys('h1:e:'))).length).toBe(1_200)
    await store.close()
  })

  test('the holder is killed: when its lease has run out another is granted the next one', async () => {
    const prefix = somePrefix()
    await using holder = startChild(script('redis-lease-holder.ts'), { args: [server().url, prefix] })
    await holder.message()
    const store = redis(server().url, { prefix })
    const since = performance.now()
    holder.send({ lease: 'h1:w:one', ms: 300 })
    expect(await holder.message()).toEqual({ answer: 'granted' })
    let next = await store.lease?.('h1:w:one', 60_000)
    // On a busy machine the end may have come before the question did.
    expect(next === undefined || performance.now() - since >= 300).toBe(true)
    holder.kill('SIGKILL')
    await holder.exit
    while (next === undefined) next = await store.lease?.('h1:w:one', 60_000)
    await store.set('h1:e:one', Uint8Array.of(1), { fence: next })
    await store.close()
  })
})

describeRedis('redis: a store that nobody closes', () => {
  const server = sharedServer()

  test('keeps no program alive, and what was called is done before it ends', async () => {
    await using child = startChild(script('redis-leave.ts'), { args: ['use', server().url] })
    expect(await child.exit).toMatchObject({ code: 0, signal: null, stderr: '', stdout: 'written\n' })
  })

  test('nor does one that looks for a server that is away', async () => {
    await using child = startChild(script('redis-leave.ts'), { args: ['lose', 'redis://127.0.0.1:1'] })
    const { code, stderr, stdout } = await child.exit
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('cannot be reached')
  })

  test('nor one in a cluster', async () => {
    await using cluster = await startCluster()
    await using child = startChild(script('redis-leave.ts'), { args: ['cluster', ...cluster.nodes.map(({ url }) => url)] })
    expect(await child.exit).toMatchObject({ code: 0, signal: null, stderr: '', stdout: 'written\n' })
  })
})
