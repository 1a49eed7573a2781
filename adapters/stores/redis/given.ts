import { storeFailure } from '../failures.ts'
import { type Client, isClient, type Topology, topologyOf } from './client.ts'
import { Secrets } from './secrets.ts'
import { whereOf } from './where.ts'

/** Where Redis is, as the caller of `redis()` said it. */
export interface Given {
  readonly topology: Topology
  /** For messages. */
  readonly where: string
  readonly secrets: Secrets
  /** One server, to which a second connection can be made that keeps no process alive. */
  readonly hears: boolean
  /** What is theirs is not ours to close. */
  readonly from: { readonly whose: 'theirs'; readonly client: Client } | { readonly whose: 'ours'; make(): Promise<Client> }
}

const CURE = "Give a URL ('redis://localhost:6379'), options for a client of node-redis, or such a client itself."

/** @throws TypeError on what is no address, without repeating it: it may hold a password. */
export function readGiven(given: unknown): Given {
  if (typeof given === 'string') return fromOptions({ url: readUrl(given) })
  if (typeof given !== 'object' || given === null) throw new TypeError(`redis: ${JSON.stringify(given)} is no address. ${CURE}`)
  const client = clientIn(given)
  if (client !== undefined) {
    const { options } = client
    return {
      topology: topologyOf(client),
      where: options === undefined ? 'the client given' : whereOf(options),
      secrets: new Secrets(options),
      hears: false,
      from: { whose: 'theirs', client },
    }
  }
  if ('connect' in given || Object.getPrototypeOf(given) !== Object.prototype)
    throw new TypeError(`redis: this is no client of node-redis 5 or 6 (ioredis is another). ${CURE}`)
  for (const [at, client] of clientsIn(given)) refuseWrong(client, at)
  return fromOptions(given)
}

/** What node-redis calls by another name. It passes by what it does not know, and would be at localhost, in database 0, without TLS. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  host: 'socket: { host }',
  port: 'socket: { port }',
  path: 'socket: { path }',
  family: 'socket: { family }',
  tls: 'socket: { tls: true }',
  db: 'database',
  keyPrefix: 'prefix, beside it: redis(options, { prefix })',
}

/** The value stays unsaid, as of all that may hold a password. */
function refuseWrong(options: { readonly url?: unknown }, at: string): void {
  // A node may leave it unset, and say its socket.
  if (at === '' ? 'url' in options : options.url) readUrl(options.url)
  for (const [other, name] of Object.entries(OTHER_NAMES))
    if (other in options)
      throw new TypeError(`redis: ${at}${other} is no option of node-redis, which would pass it by. Say ${name}`)
}

/** The options of each client that node-redis would make of these. */
function clientsIn(given: object): [string, object][] {
  const { rootNodes, defaults, nodeClientOptions, sentinelClientOptions } = given as Record<string, unknown>
  const nodes = Array.isArray(rootNodes) ? rootNodes.map((node, n): [string, unknown] => [`rootNodes[${n}].`, node]) : []
  const clients: [string, unknown][] = [
    ['', given],
    ...nodes,
    ['defaults.', defaults],
    ['nodeClientOptions.', nodeClientOptions],
    ['sentinelClientOptions.', sentinelClientOptions],
  ]
  return clients.filter((client): client is [string, object] => typeof client[1] === 'object' && client[1] !== null)
}

/** The client itself, or that of a KeyvRedis (@keyv/redis). */
function clientIn(given: object): Client | undefined {
  if (isClient(given)) return given
  const inside: unknown = 'getClient' in given && 'client' in given ? given.client : undefined
  return typeof inside === 'object' && inside !== null && isClient(inside) ? inside : undefined
}

function readUrl(given: unknown): string {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined || !['redis:', 'rediss:', 'unix:'].includes(url.protocol)) {
    const other = url === undefined ? '' : `, not ${url.protocol}//`
    throw new TypeError(`redis: the URL begins with redis://, rediss:// (TLS) or unix://${other}. ${CURE}`)
  }
  // Else a part of the password would be taken for the host, and be asked of DNS.
  if (url.protocol !== 'unix:' && `${url.pathname}${url.search}${url.hash}`.includes('@'))
    throw new TypeError('redis: a user name or password in a URL has / ? # percent-encoded (encodeURIComponent)')
  return given as string
}

function fromOptions(options: object): Given {
  const topology = 'rootNodes' in options ? 'cluster' : 'one'
  const from = { whose: 'ours', make: () => makeClient(options) } as const
  const hears = topology === 'one' && !('sentinelRootNodes' in options)
  return { topology, where: whereOf(options), secrets: new Secrets(options), hears, from }
}

/** node-redis writes into what it is given. Its types know the options of one kind only, and this is what the caller gave. */
async function makeClient(options: object): Promise<Client> {
  const { createClient, createCluster, createSentinel } = await library()
  const { socket, defaults, ...rest } = copied(options) as Record<string, object | undefined>
  // No command waits in a queue for a connection: it fails at once.
  const now = { disableOfflineQueue: true }
  if ('rootNodes' in rest) return createCluster({ ...rest, defaults: { ...defaults, ...now } } as never) as unknown as Client
  if ('sentinelRootNodes' in rest) return createSentinel(rest as never) as unknown as Client
  // It does not connect again by itself: its timers for that would keep a program alive that has nothing left to do.
  return createClient({ ...rest, socket: { ...socket, reconnectStrategy: false }, ...now } as never) as unknown as Client
}

async function library(): Promise<typeof import('@redis/client')> {
  try {
    return await import('@redis/client')
  } catch (error) {
    // A bundler's own word for it begins otherwise.
    if ((error as NodeJS.ErrnoException).code?.endsWith('MODULE_NOT_FOUND') !== true) throw error
    throw storeFailure('redis: the package @redis/client is missing. Install it: npm install @redis/client', error)
  }
}

/** Plain objects and lists copied, all else (TLS contexts, functions, Buffers) as it is. */
function copied(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(copied)
  if (typeof given !== 'object' || given === null || Object.getPrototypeOf(given) !== Object.prototype) return given
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, copied(value)]))
}
