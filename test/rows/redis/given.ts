import { join } from 'node:path'
import { createClient, RESP_TYPES } from '@redis/client'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { memory } from '../../../adapters/stores/memory.ts'
import { type RedisOptions, redis } from '../../../adapters/stores/redis.ts'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import type { CachedFetch, Options, Store } from '../../../src/index.ts'
import { pseudoRandom, sha256 } from '../../helpers/digest.ts'
import { type Origin, ok, startOrigin } from '../../helpers/origin/index.ts'
import { stopwatch } from '../../helpers/own-time.ts'
import { type RedisServer, startRedis } from '../../helpers/redis.ts'
import { startTcpProxy, type TcpProxy } from '../../helpers/tcp-proxy.ts'
import { anInstance, folder } from '../stores/given.ts'

/** What others may have too, so that Redis is given it. */
export const PUBLIC = { headers: { 'cache-control': 'public, max-age=3600' } } as const

/** A Redis of this test's own behind a faulty line, and an origin. */
export interface Place {
  readonly origin: Origin
  readonly server: RedisServer
  readonly line: TcpProxy
  /** A store over the line of a client's own. */
  redis(options?: RedisOptions): Store
  /** Asks the server itself, past the line. */
  ask(...words: (string | Buffer)[]): Promise<unknown>
  /** The value of a key, as it is. */
  bytes(key: string): Promise<Buffer | null>
  /** The keys in it whose name has this in it. */
  keys(part: string): Promise<string[]>
  /** Leases whose holder has lost its line run out by themselves, after three seconds: here at once. */
  forgetLeases(): Promise<void>
}

export async function aPlace(settings: readonly string[] = []): Promise<Place> {
  const place = await openPlace(settings)
  onTestFinished(() => place[Symbol.asyncDispose]())
  return place
}

/** One for all tests of a `describe`, who leave it as they found it. */
export function sharedPlace(): () => Place {
  let place: OpenPlace | undefined
  beforeAll(async () => {
    place = await openPlace([])
  })
  afterAll(() => place?.[Symbol.asyncDispose]())
  return () => {
    if (place === undefined) throw new Error('it is not there before the tests begin')
    return place
  }
}

type OpenPlace = Place & AsyncDisposable

async function openPlace(settings: readonly string[]): Promise<OpenPlace> {
  const [origin, server] = await Promise.all([startOrigin(), startRedis(settings)])
  const line = await startTcpProxy(server.port)
  const client = await createClient({ url: server.url }).connect()
  const dispose = async (): Promise<void> => {
    client.destroy()
    await line[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
    origin.kill()
    await origin.close()
  }
  const ask: Place['ask'] = (...words) => client.sendCommand(words)
  const keys = async (part: string): Promise<string[]> => (await ask('KEYS', `*${part}*`)) as string[]
  const forgetLeases = async (): Promise<void> => {
    const leases = await keys('/l/')
    if (leases.length > 0) await ask('DEL', ...leases)
  }
  const bytes: Place['bytes'] = (key) => client.sendCommand(['GET', key], { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } })
  const store: Place['redis'] = (options) => redis(`redis://127.0.0.1:${line.port}`, options)
  return { origin, server, line, redis: store, ask, bytes, keys, forgetLeases, [Symbol.asyncDispose]: dispose }
}

/** Both lists of tiers that have Redis as their last: with a file before it, and without. */
export const LISTS: readonly (readonly [string, (far: Store) => Store[]])[] = [
  ['memory, redis', (far) => [memory(), far]],
  ['memory, sqlite, redis', (far) => [memory(), sqlite(join(folder(), 'cache.db')), far]],
]

/** A process that has nothing but this Redis: what it is given comes from there, or from the origin. */
export function another(place: Place, options: Options = {}): CachedFetch {
  return anInstance({ tiers: [place.redis()], storeTimeout: '5s', ...options })
}

/** Bodies that are told apart by their path: `/b/<size>/<name>`. */
export function bodyOf(path: string): Buffer {
  return pseudoRandom(Number(path.split('/')[2]), path)
}

/** Makes the origin answer these paths with bodies of their own. */
export function serve(origin: Origin, paths: readonly string[]): void {
  for (const path of paths) origin.script(path, ok(bodyOf(path), PUBLIC))
}

export const digestOf = async (response: Response): Promise<string> => sha256(new Uint8Array(await response.arrayBuffer()))

/** 'right', or what is wrong. A body that breaks off is an error, and never a shorter body. */
export async function judged(call: Promise<Response>, path: string): Promise<string> {
  const response = await call.catch((error: Error) => error)
  if (response instanceof Error) return `rejected: ${response.message}`
  const digest = await digestOf(response).catch((error: Error) => error)
  if (digest instanceof Error) return `broken: ${digest.message}`
  return digest === sha256(bodyOf(path)) ? 'right' : 'WRONG'
}

/** Milliseconds for which somebody waits in a call. */
export async function timed<T>(call: () => Promise<T>): Promise<[T, number]> {
  using watch = stopwatch()
  const answer = await call()
  return [answer, watch.ms()]
}
