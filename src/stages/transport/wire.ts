import { type Clock, nextRound } from '../../model/clock.ts'
import { type Transport, TransportFailure, type WireRequest, type WireResponse } from '../../model/transport.ts'
import { isBlockedPort } from '../../policy/blocked-port.ts'
import { Connections, type Route } from './connections.ts'
import { WireExchange } from './exchange.ts'

/** RFC 9110 9.2.2: sent twice, these ask for no more than sent once. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'])

/**
 * The default transport, over node:http and node:https: it shows how each body ended, hands out coded bytes, and refuses what
 * Node's parser refuses. Connections are kept alive by the instance and never keep the process alive while they are idle.
 *
 * @see RFC 9112
 */
export function wireTransport({ clock }: { readonly clock: Clock }): Transport {
  const connections = new Connections()
  /** Those that have no answer yet. */
  const asking = new Set<WireExchange>()

  async function send(request: WireRequest): Promise<WireResponse> {
    const { url } = request
    if (isBlockedPort(url)) throw new TransportFailure('PROTOCOL', `no web server is at port ${url.port}`, { transient: false })
    await idleRead()
    const exchange = new WireExchange(request, clock)
    try {
      return await answer(exchange, connections.route(url.protocol, 'kept'))
    } catch (error) {
      if (!exchange.metStaleConnection || !isReset(error) || !mayBeRepeated(request)) throw error
      return answer(new WireExchange(request, clock), connections.route(url.protocol, 'fresh'))
    }
  }

  async function answer(exchange: WireExchange, route: Route): Promise<WireResponse> {
    asking.add(exchange)
    try {
      return await exchange.run(route)
    } finally {
      asking.delete(exchange)
    }
  }

  return {
    name: 'wire',
    send,
    async close() {
      connections.close()
      for (const exchange of asking) exchange.giveUp()
    },
  }
}

/**
 * What came on an idle connection is read two rounds later at the latest, however long the program was busy before: its end, into which a request
 * would be lost, or bytes that nobody asked for, which would be taken for the answer.
 */
async function idleRead(): Promise<void> {
  await nextRound()
  await nextRound()
}

/** Neither an abort nor silence. */
function isReset(error: unknown): boolean {
  return error instanceof TransportFailure && error.code === 'CONNECT'
}

/** A body that is a stream is spent. */
function mayBeRepeated({ method, body }: WireRequest): boolean {
  return IDEMPOTENT.has(method) && !(body instanceof ReadableStream)
}
