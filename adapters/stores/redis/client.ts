/** One word of a command. */
export type Word = string | Buffer
export type Command = readonly Word[]

/** What is asked of the clients of node-redis 5 and 6: of one server, of a pool, of a cluster, of sentinels. */
export interface Client {
  readonly isOpen: boolean
  /** A cluster of node-redis 5 and a pool have none. */
  readonly isReady?: boolean
  readonly options?: unknown
  connect(): Promise<unknown>
  destroy(): unknown
  /** Once all is answered that it was asked. */
  close(): Promise<unknown>
  on(event: 'error', listener: (error: unknown) => void): unknown
  off(event: 'error', listener: (error: unknown) => void): unknown
  /** Whether its socket keeps the process alive; a client of one server only. */
  ref?(): void
  unref?(): void
  subscribe?(channel: string, listener: (message: string) => void): Promise<unknown>
  multi(routing?: string): Transaction
  sendCommand(...words: unknown[]): Promise<unknown>
}

interface Transaction {
  addCommand(...words: unknown[]): unknown
  exec(): Promise<unknown>
}

interface ClusterClient extends Client {
  readonly masters: readonly object[]
  readonly nodeByAddress: ReadonlyMap<string, { readonly client?: Partial<Client> }>
  nodeClient(node: object): Client | Promise<Client>
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

/** Where a client cannot say whether it is ready, being open is all that is known. */
export function isUp(client: Client): boolean {
  return client.isReady ?? client.isOpen
}

/** Whether it finds its servers again by itself. A client of one server that we made does not: see `makeClient`. */
export function heals(client: Client): boolean {
  return isCluster(client) || isSentinel(client)
}

/** Whether its sockets keep the process alive. Those of sentinels do: they offer no way. */
export function hold(client: Client, how: 'ref' | 'unref'): void {
  client[how]?.()
  if (isCluster(client)) for (const node of client.nodeByAddress.values()) node.client?.[how]?.()
}

/** Asks the server that has this key; never a replica, which may be behind. */
export function send(client: Client, key: string, command: Command): Promise<unknown> {
  if (isCluster(client)) return client.sendCommand(key, false, command, OPTIONS)
  if (isSentinel(client)) return client.sendCommand(false, command, OPTIONS)
  return client.sendCommand(command, OPTIONS)
}

/** All commands in one step, on the server that has this key. */
export function sendTogether(client: Client, key: string, commands: readonly Command[]): Promise<unknown> {
  const cluster = isCluster(client)
  const where = cluster ? [key, false] : isSentinel(client) ? [false] : []
  const transaction = cluster ? client.multi(key) : client.multi()
  for (const command of commands) transaction.addCommand(...where, command)
  return transaction.exec()
}

/** Each server that has keys of its own, for what is asked of all. */
export async function servers(client: Client): Promise<((command: Command) => Promise<unknown>)[]> {
  if (!isCluster(client)) return [(command) => send(client, '', command)]
  const nodes = await Promise.all(client.masters.map(async (node) => client.nodeClient(node)))
  return nodes.map((node) => (command) => send(node, '', command))
}

/** What has ended by itself refuses to end once more, by throwing or by a rejection. */
export function end(client: Client): void {
  Promise.try(() => client.destroy()).catch(() => undefined)
}

function isCluster(client: Client): client is ClusterClient {
  return 'slots' in client && 'nodeClient' in client
}

function isSentinel(client: Client): boolean {
  return 'getSentinelNode' in client
}
