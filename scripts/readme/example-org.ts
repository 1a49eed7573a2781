import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const VALIDATED = { 'Cache-Control': 'max-age=60', ETag: '"1"' }

/** A server on 127.0.0.1 that answers for example.org and its subdomains, whatever the path. */
export interface ExampleOrg extends Disposable {
  readonly url: string
}

export async function startExampleOrg(): Promise<ExampleOrg> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => server.close().closeAllConnections(),
  }
}

function answer({ method, url = '/', headers }: IncomingMessage, response: ServerResponse): void {
  const [type, body] = new URL(url, 'http://example.org').pathname.endsWith('.csv')
    ? ['text/csv', 'currency,rate\nEUR,1\n']
    : ['application/json', '{"EUR":1}']
  const isKnown = headers['if-none-match'] === VALIDATED.ETag
  response.writeHead(isKnown ? 304 : 200, { ...VALIDATED, 'Content-Type': type })
  response.end(isKnown || method === 'HEAD' ? undefined : body)
}

/**
 * A module that sends what a block asks of example.org to `server`, and refuses other hosts, which nobody should depend on.
 *
 * It replaces the global fetch, as a mock does: plain fetch and holdfast (which then uses its fetch transport) are both served, and no
 * certificate for example.org has to be made and trusted. The wire transport has tests of its own.
 */
export function preloadFor(server: string): string {
  return `const real = globalThis.fetch
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init)
  const { hostname, pathname, search } = new URL(request.url)
  if (!/^(.+[.])?example[.]org$/.test(hostname)) throw new TypeError('a document may only name example.org, not ' + hostname)
  const response = await real(new Request(${JSON.stringify(server)} + pathname + search, request))
  return Object.defineProperty(response, 'url', { value: request.url })
}
`
}
