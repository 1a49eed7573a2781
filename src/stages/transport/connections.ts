import type { ClientRequest, RequestOptions } from 'node:http'
import type { AgentOptions } from 'node:https'
import { TransportFailure } from '../../model/transport.ts'
import { type ProxyEnv, proxyEnvOf, proxyEnvSaid } from './environment-proxy.ts'
import { type HttpModule, type KeptAgent, keptAgent } from './kept-agent.ts'

/**
 * The governor alone decides how many there are to a host. Node's agent names no protocol in its TLS greeting, where its fetch does: a server of
 * HTTP/2 alone takes that for its own, and hangs up; one that chooses by the name has nothing to choose by.
 */
const ASKED: AgentOptions = { maxSockets: Infinity, ALPNProtocols: ['http/1.1'] }

/** How a request leaves: Node's own function for the scheme, and the agent whose connections it may use. */
export interface Route {
  readonly request: (options: RequestOptions) => ClientRequest
  readonly agent: KeptAgent
}

/** `kept`: an idle connection may be used again. `fresh`: a new one, closed after the answer. */
export type Reuse = 'kept' | 'fresh'

/** The connections of one instance, made when the first one is asked for. */
export class Connections {
  readonly #routes = new Map<string, Route & { readonly node: HttpModule; readonly said: ProxyEnv | undefined }>()
  #isClosed = false

  /** @throws TransportFailure CONNECT after `close()`. */
  route(scheme: string, reuse: Reuse): Route {
    if (this.#isClosed) throw new TransportFailure('CONNECT', 'the transport is closed', { transient: false })
    const name = `${reuse} ${scheme}`
    const known = this.#routes.get(name)
    const node = known?.node ?? moduleOf(scheme)
    const said = proxyEnvSaid(scheme)
    if (known !== undefined && known.said === said) return known
    known?.agent.retire()
    const agent = keptAgent(node, { ...ASKED, keepAlive: reuse === 'kept', ...(said && { proxyEnv: proxyEnvOf(said) }) })
    // `request` is looked up at each call: mocks and instrumentation put their own there.
    const route = { request: (options: RequestOptions) => node.request(options), agent, node, said }
    this.#routes.set(name, route)
    return route
  }

  /** Ends those that are idle; a connection whose answer is being read goes with its reader. */
  close(): void {
    this.#isClosed = true
    for (const { agent } of this.#routes.values()) agent.retire()
    this.#routes.clear()
  }
}

/**
 * Loads the module on first use, as `import()` would, but without a turn of the queue for each request. A static import would
 * cost every program that only reads from the cache more than all of holdfast.
 */
function moduleOf(scheme: string): HttpModule {
  return scheme === 'https:'
    ? (process.getBuiltinModule('node:https') as unknown as HttpModule)
    : process.getBuiltinModule('node:http')
}
