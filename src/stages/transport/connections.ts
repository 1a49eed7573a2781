import type http from 'node:http'
import type { Agent, AgentOptions, ClientRequest, RequestOptions } from 'node:http'
import type { OnReadOpts, Socket } from 'node:net'
import { TransportFailure } from '../../model/transport.ts'

/** How a request leaves: Node's own function for the scheme, and the agent whose connections it may use. */
export interface Route {
  readonly request: (options: RequestOptions) => ClientRequest
  readonly agent: Agent
}

/** `kept`: an idle connection may be used again. `fresh`: a new one, closed after the answer. */
export type Reuse = 'kept' | 'fresh'

/** What Node's fetch does too. Most servers close an idle connection after 5 s, and a request that meets that close is lost. */
const IDLE_MS = 4000

/** Bytes that are read at once, where as many are there: twice what Node reads, for half the steps to take them. */
const ONE_READ = 128 * 1024

/** The connections of one instance, made when the first one is asked for. */
export class Connections {
  readonly #maxSockets: number
  readonly #routes = new Map<string, Route>()
  #isClosed = false

  constructor(maxSockets: number) {
    this.#maxSockets = maxSockets
  }

  /** @throws TransportFailure CONNECT after `close()`. */
  route(scheme: string, reuse: Reuse): Route {
    if (this.#isClosed) throw new TransportFailure('CONNECT', 'the transport is closed', { transient: false })
    const name = `${reuse} ${scheme}`
    const known = this.#routes.get(name)
    if (known) return known
    const node = moduleOf(scheme)
    // `request` is looked up at each call: mocks and instrumentation put their own there.
    const route: Route = { request: (options) => node.request(options), agent: this.#newAgent(node, reuse) }
    this.#routes.set(name, route)
    return route
  }

  /** Breaks all connections off. */
  close(): void {
    this.#isClosed = true
    for (const { agent } of this.#routes.values()) agent.destroy()
    this.#routes.clear()
  }

  #newAgent(node: HttpModule, reuse: Reuse): Agent {
    // NODE_USE_ENV_PROXY and its flag reach the global agents alone; what they were given, ours get.
    const { proxyEnv } = (node.globalAgent as Agent & { readonly options: AgentOptions }).options
    const agent = new node.Agent({
      keepAlive: reuse === 'kept',
      timeout: IDLE_MS,
      maxSockets: this.#maxSockets,
      ...(proxyEnv && { proxyEnv }),
    })
    const connect = agent.createConnection
    agent.createConnection = (options, ready) => connect.call(agent, { ...options, onread: reading() }, ready)
    return agent
  }
}

/**
 * How a connection reads: each time into the same memory, since Node's parser copies what is a body's out of it at once. Else each read gets
 * memory of its own, and V8 twice the size of a large body to collect.
 */
function reading(): OnReadOpts {
  return {
    buffer: Buffer.allocUnsafeSlow(ONE_READ),
    callback(this: Socket, length: number, bytes: Uint8Array): boolean {
      this.emit('data', (bytes as Buffer).subarray(0, length))
      return true
    },
  } as OnReadOpts
}

/** The part of node:http that is also node:https. */
type HttpModule = Pick<typeof http, 'request' | 'Agent' | 'globalAgent'>

/**
 * Loads the module on first use, as `import()` would, but without a turn of the queue for each request. A static import would
 * cost every program that only reads from the cache more than all of holdfast.
 */
function moduleOf(scheme: string): HttpModule {
  return scheme === 'https:'
    ? (process.getBuiltinModule('node:https') as unknown as HttpModule)
    : process.getBuiltinModule('node:http')
}
