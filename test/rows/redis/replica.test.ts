import { expect, test } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { redis } from '../../../adapters/stores/redis.ts'
import { type CachedFetch, inspect } from '../../../src/index.ts'
import { describeRedis } from '../../adapters/redis/servers.ts'
import { type Origin, ok } from '../../helpers/origin/index.ts'
import { type RedisServer, startRedis, until } from '../../helpers/redis.ts'
import { startTcpProxy, type TcpProxy } from '../../helpers/tcp-proxy.ts'
import { anInstance, anOrigin, got } from '../stores/given.ts'
import { PUBLIC } from './given.ts'

// A server that is behind, and one that takes over before it has all: a miss, and no version id twice (X11).
/** What is asked here is not how fast it is. */
const SLOW = { storeTimeout: '5s' } as const

interface Pair extends AsyncDisposable {
  readonly primary: RedisServer
  readonly replica: RedisServer
  /** Between the two. */
  readonly link: TcpProxy
}

async function aPair(): Promise<Pair> {
  const primary = await startRedis(['--repl-ping-replica-period', '1'])
  const link = await startTcpProxy(primary.port)
  const replica = await startRedis(['--replicaof', `127.0.0.1 ${link.port}`])
  await until(() => replica.cli('INFO', 'replication').includes('master_link_status:up'))
  const dispose = async (): Promise<void> => {
    await replica[Symbol.asyncDispose]()
    await link[Symbol.asyncDispose]()
    await primary[Symbol.asyncDispose]()
  }
  return { primary, replica, link, [Symbol.asyncDispose]: dispose }
}

const caughtUp = ({ primary, replica }: Pair): Promise<void> =>
  until(() => replica.cli('DBSIZE') === primary.cli('DBSIZE') && offset(primary) === offset(replica))

const offset = (server: RedisServer): string => /master_repl_offset:(\d+)/.exec(server.cli('INFO', 'replication'))?.[1] ?? ''

/** Every version of the entry, by id: its text. One id for two texts is the mistake. */
async function versionsOf(fetch: CachedFetch, origin: Origin, seen: Map<string, string>): Promise<void> {
  for (const { id, digest } of await fetch.entry(origin.url('/f')).versions()) {
    expect(seen.get(id) ?? digest, `version ${id}`).toBe(digest)
    seen.set(id, digest)
  }
}

describeRedis('X11', () => {
  test('read from a replica that is behind: what it does not have yet is a miss, what is older is known to be', async () => {
    await using pair = await aPair()
    const origin = await anOrigin()
    const writer = anInstance({ tiers: [redis(pair.primary.url)], ...SLOW })
    origin.script('/f', ok('one', PUBLIC))
    expect(await got(await writer(origin.url('/f')))).toBe('one (miss)')
    await writer.idle()
    await caughtUp(pair)
    pair.link.use({ silence: 'freeze' })
    origin.script('/f', ok('two', PUBLIC))
    expect(await got(await writer(origin.url('/f'), { cache: 'reload' }))).toBe('two (miss)')
    origin.script('/g', ok('new', PUBLIC))
    expect(await got(await writer(origin.url('/g')))).toBe('new (miss)')
    await writer.idle()

    const reader = anInstance({ tiers: [memory(), redis(pair.replica.url)], ...SLOW })
    expect(await got(await reader(origin.url('/f'))), 'as old as the replica is, and whole').toBe('one (hit)')
    expect(await got(await reader(origin.url('/g')))).toBe('new (miss)')
    await reader.idle()
    const health = await reader.cache.ready()
    expect(health.tiers[1], 'a replica takes no writes, and is read').toMatchObject({ state: 'open' })
    expect(await got(await reader(origin.url('/g')))).toBe('new (hit)')
    pair.link.use({})
    await caughtUp(pair)
    const later = anInstance({ tiers: [redis(pair.replica.url)], ...SLOW })
    expect(await got(await later(origin.url('/f')))).toBe('two (hit)')
    const seen = new Map<string, string>()
    for (const fetch of [writer, reader, later]) await versionsOf(fetch, origin, seen)
    expect(seen.size).toBe(2)
  })

  test('a replica takes over before it has all: what is lost is fetched again, and no version id is given twice', async () => {
    await using pair = await aPair()
    await using line = await startTcpProxy(pair.primary.port)
    const origin = await anOrigin()
    const url = `redis://127.0.0.1:${line.port}`
    const both = [anInstance({ tiers: [memory(), redis(url)], ...SLOW }), anInstance({ tiers: [redis(url)], ...SLOW })]
    const seen = new Map<string, string>()
    const round = async (text: string): Promise<void> => {
      origin.script('/f', ok(text, PUBLIC))
      for (const fetch of both) {
        const response = await fetch(origin.url('/f'), { cache: 'reload' })
        const info = inspect(response)
        expect(await response.text()).toBe(text)
        if (info !== undefined && 'version' in info) {
          expect(seen.get(info.version.id) ?? info.version.digest).toBe(info.version.digest)
          seen.set(info.version.id, info.version.digest)
        }
        await fetch.idle()
      }
    }
    for (let n = 0; n < 5; n++) await round(`before ${n}`)
    await caughtUp(pair)
    pair.link.use({ silence: 'freeze' })
    for (let n = 0; n < 5; n++) await round(`lost ${n}`)
    await pair.primary.stop()
    pair.replica.cli('REPLICAOF', 'NO', 'ONE')
    line.retarget(pair.replica.port)
    for (const fetch of both) await until(async () => (await fetch.cache.ready()).tiers.at(-1)?.state === 'closed')
    for (let n = 0; n < 5; n++) await round(`after ${n}`)
    for (const fetch of both) await versionsOf(fetch, origin, seen)
    const stranger = anInstance({ tiers: [redis(pair.replica.url)], ...SLOW })
    await versionsOf(stranger, origin, seen)
    expect(await got(await stranger(origin.url('/f')))).toBe('after 4 (hit)')
    expect(new Set(seen.values()).size).toBe(15)
  })
})
