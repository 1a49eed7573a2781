import type { ClientRequest, OutgoingHttpHeaders, RequestOptions } from 'node:http'
import type { HeaderList } from '../../model/headers.ts'
import { TransportFailure, type WireRequest } from '../../model/transport.ts'
import type { Route } from './connections.ts'

/** What Node's fetch sends by itself and servers act upon, so that a program sees the same answers as before. */
const DEFAULTS: Readonly<HeaderList> = [
  ['accept', '*/*'],
  ['accept-language', '*'],
  ['user-agent', 'node'],
]

/** Framing is the transport's own business; fetch overwrites these without a word. */
const OVERWRITTEN: ReadonlySet<string> = new Set(['host', 'content-length'])

/** Belong to one connection, or ask for what is not offered; fetch refuses them, and so do we. */
const REFUSED: ReadonlySet<string> = new Set(['transfer-encoding', 'keep-alive', 'upgrade', 'expect'])

/** Opens the request and sends it as far as it is known; a body that is a stream is still to come. */
export function openRequest(request: WireRequest, route: Route): ClientRequest {
  const { url, method, body } = request
  const headers = fieldsOf(request)
  const port = url.port === '' ? {} : { port: url.port }
  const hostname = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
  const options: RequestOptions = { agent: route.agent, method, hostname, ...port, path: url.pathname + url.search, headers }
  const outgoing = route.request(options)
  // Node drops what is beyond a thousand fields in silence; a Cache-Control may be among them. The 16 KiB for a head stay the limit.
  outgoing.maxHeadersCount = 0
  if (body === undefined || body instanceof Uint8Array) outgoing.end(body)
  return outgoing
}

/** Sends a body as it comes, never faster than the connection takes it. Ends quietly when the request is over before it. */
export async function sendStream(outgoing: ClientRequest, body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader()
  let wake = (): void => {}
  outgoing.on('drain', () => wake())
  outgoing.once('close', () => {
    wake()
    // Lets go of a source that is still waiting. What it says to that is no news: how the request ended is told elsewhere.
    reader.cancel().catch(() => {})
  })
  for (;;) {
    const { done, value } = await reader.read()
    if (outgoing.destroyed) return
    if (done) break
    if (outgoing.write(value)) continue
    const drained = Promise.withResolvers<void>()
    wake = drained.resolve
    await drained.promise
  }
  outgoing.end()
}

function fieldsOf(request: WireRequest): OutgoingHttpHeaders {
  const fields: Record<string, string | string[]> = Object.create(null)
  fields.host = request.url.host
  for (const [name, value] of request.headers) {
    if (isForbidden(name, value)) throw new TransportFailure('PROTOCOL', `a request may not set ${name}`, { transient: false })
    if (OVERWRITTEN.has(name)) continue
    const before = fields[name]
    fields[name] = before === undefined ? value : [before, value].flat()
  }
  for (const [name, value] of DEFAULTS) fields[name] ??= value
  if (request.body instanceof Uint8Array) fields['content-length'] = String(request.body.byteLength)
  return fields
}

function isForbidden(name: string, value: string): boolean {
  return REFUSED.has(name) || (name === 'connection' && !/^(close|keep-alive)$/i.test(value))
}
