/** One word of a command. */
export type Word = string | Buffer

/** What is asked of the clients of node-redis 5 and 6: of one server, of a cluster, of sentinels, or a pool. */
export interface Client {
  readonly isOpen: boolean
  readonly isReady?: boolean
  connect(): Promise<unknown>
  destroy(): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  off(event: 'error', listener: (error: unknown) => void): unknown
  /** Whether its socket keeps the process alive; a client of one server only. */
  ref?(): void
  unref?(): void
  sendCommand(...words: unknown[]): Promise<unknown>
}

interface ClusterClient extends Client {
  readonly slots: unknown
  readonly masters: readonly object[]
  nodeClient(node: object): Client | Promise<Client>
}

interface SentinelClient extends Client {
  getSentinelNode(): unknown
}

/** What a client is for: one server, which may be the primary that sentinels name, or a cluster of them. */
export type Topology = 'one' | 'cluster'

/** RESP's sign of a string of bytes, `$`, as a Buffer; the time limit of a call is the caller's. */
const OPTIONS = { typeMapping: { 36: Buffer }, timeout: undefined }

/** A client of node-redis 5 or 6; ioredis and node-redis 4 have no `withTypeMapping`. */
export function isClient(given: object): given is Client {
  return ['connect', 'sendCommand', 'withTypeMapping', 'destroy'].every((name) => typeof Reflect.get(given, name) === 'function')
}

export function topologyOf(client: Client): Topology {
  return isCluster(client) ? 'cluster' : 'one'
}

/** Asks the server that has this key; never a replica, which may be behind. */
export function send(client: Client, key: string, command: readonly Word[]): Promise<unknown> {
  if (isCluster(client)) return client.sendCommand(key, false, command, OPTIONS)
  if (isSentinel(client)) return client.sendCommand(false, command, OPTIONS)
  return client.sendCommand(command, OPTIONS)
}

/** Each server that has keys of its own, for what is asked of all. */
export async function servers(client: Client): Promise<((command: readonly Word[]) => Promise<unknown>)[]> {
  if (!isCluster(client)) return [(command) => send(client, '', command)]
  const nodes = await Promise.all(client.masters.map((node) => client.nodeClient(node)))
  return nodes.map((node) => (command) => send(node, '', command))
}

function isCluster(client: Client): client is ClusterClient {
  return 'slots' in client && 'nodeClient' in client
}

function isSentinel(client: Client): client is SentinelClient {
  return 'getSentinelNode' in client
}
