import { storeFailure } from '../failures.ts'
import { type Client, isClient, type Topology, topologyOf } from './client.ts'
import { Secrets } from './secrets.ts'

/** Where Redis is, as the caller of `redis()` said it. */
export interface Given {
  readonly topology: Topology
  readonly secrets: Secrets
  /** 'theirs' is not ours to close. */
  readonly from: { readonly whose: 'theirs'; readonly client: Client } | { readonly whose: 'ours'; make(): Promise<Client> }
}

const CURE = "Give a URL ('redis://localhost:6379'), options for a client of node-redis, or such a client itself."

/** @throws TypeError on what is no address, without repeating it: it may hold a password. */
export function readGiven(given: unknown): Given {
  if (typeof given === 'string') return fromOptions({ url: readUrl(given) })
  if (typeof given !== 'object' || given === null) throw new TypeError(`redis: ${JSON.stringify(given)} is no address. ${CURE}`)
  const client = clientIn(given)
  if (client !== undefined)
    return { topology: topologyOf(client), secrets: new Secrets(undefined), from: { whose: 'theirs', client } }
  if ('connect' in given || Array.isArray(given) || given instanceof Map)
    throw new TypeError(`redis: this is no client of node-redis 5 or 6 (ioredis is another). ${CURE}`)
  if ('url' in given) readUrl(given.url)
  return fromOptions(given)
}

/** The client itself, or that of a KeyvRedis (@keyv/redis). */
function clientIn(given: object): Client | undefined {
  if (isClient(given)) return given
  const inside: unknown = 'getClient' in given && 'client' in given ? given.client : undefined
  return typeof inside === 'object' && inside !== null && isClient(inside) ? inside : undefined
}

function readUrl(given: unknown): string {
  if (typeof given === 'string' && /^unix:\/\/./.test(given)) return given
  const protocol = typeof given === 'string' && URL.canParse(given) ? new URL(given).protocol : undefined
  if (protocol !== 'redis:' && protocol !== 'rediss:')
    throw new TypeError(`redis: the URL begins with redis://, rediss:// (TLS) or unix://${protocol ? `, not ${protocol}//` : ''}. ${CURE}`)
  return given as string
}

function fromOptions(options: object): Given {
  const topology = 'rootNodes' in options ? 'cluster' : 'one'
  const secrets = new Secrets(options)
  return { topology, secrets, from: { whose: 'ours', make: () => makeClient(options) } }
}

async function makeClient(options: object): Promise<Client> {
  const { createClient, createCluster, createSentinel } = await library()
  // node-redis writes into what it is given. Its types know the options of one kind only, and this is what the caller gave.
  const copy = structuredCopy(options) as Record<string, unknown>
  if ('rootNodes' in copy) return createCluster(copy as never) as unknown as Client
  if ('sentinelRootNodes' in copy) return createSentinel(copy as never) as unknown as Client
  // It fails at once where there is no connection, and does not try again on its own: the next call does. A timer of its own would keep a
  // program alive that has nothing left to do.
  const socket = { ...(copy['socket'] as object | undefined), reconnectStrategy: false }
  return createClient({ ...copy, socket, disableOfflineQueue: true } as never) as unknown as Client
}

async function library(): Promise<typeof import('@redis/client')> {
  try {
    return await import('@redis/client')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw storeFailure('redis: the package @redis/client is missing. Install it: npm install @redis/client', error)
  }
}

/** Plain objects and lists copied, all else (TLS contexts, functions, Buffers) as it is. */
function structuredCopy(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(structuredCopy)
  if (typeof given !== 'object' || given === null || Object.getPrototypeOf(given) !== Object.prototype) return given
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, structuredCopy(value)]))
}
