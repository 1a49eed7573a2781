import type { ClientRequest, OutgoingHttpHeaders, RequestOptions } from 'node:http'
import { isBytes } from '../../model/bytes.ts'
import type { HeaderList } from '../../model/headers.ts'
import { TransportFailure, type WireRequest } from '../../model/transport.ts'
import type { Route } from './connections.ts'

/** What Node's fetch sends by itself and servers act upon, so that a program sees the same answers as before. */
const DEFAULTS: Readonly<HeaderList> = [
  ['accept', '*/*'],
  ['accept-language', '*'],
  ['user-agent', 'node'],
]

/** Framing and the connection are the transport's own business; nothing follows a body, and Node throws where that is announced. Programs set these out of habit, so nobody is told. */
const OVERWRITTEN: ReadonlySet<string> = new Set(['host', 'content-length', 'connection', 'trailer'])

/** Belong to one connection, or ask for what is not offered; fetch refuses them, and so do we. */
const REFUSED: ReadonlySet<string> = new Set(['transfer-encoding', 'keep-alive', 'upgrade', 'expect'])

/** Opens the request; its body is still to come. */
export function openRequest(request: WireRequest, route: Route): ClientRequest {
  const { url, method } = request
  const headers = fieldsOf(request)
  const port = url.port === '' ? {} : { port: url.port }
  const hostname = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
  const options: RequestOptions = { agent: route.agent, method, hostname, ...port, path: targetOf(url), headers }
  const outgoing = route.request(options)
  // Node drops what is beyond a thousand fields in silence; a Cache-Control may be among them. The 16 KiB for a head stay the limit.
  outgoing.maxHeadersCount = 0
  keepAsGiven(outgoing, request)
  if (request.body !== undefined) {
    request.sending?.('begun')
    outgoing.once('finish', () => request.sending?.('done'))
  }
  return outgoing
}

/** As WHATWG URLs write them: an IPv6 address in brackets, an IPv4 address in digits and dots, and no name looks like that. */
export function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^[\d.]+$/.test(hostname)
}

/** The path and query as they stand in the URL: `search` does not tell an empty query from none, and servers may. */
function targetOf(url: URL): string {
  const sent = url.hash === '' ? url.href : url.href.slice(0, url.href.indexOf('#'))
  return sent.slice(url.href.indexOf('/', url.protocol.length + 2))
}

/**
 * Node writes a method in capitals, and a length of 0 for each that it does not know; fetch does neither (Fetch standard 4.6, step 8). Nor
 * does Node frame the stream of a DELETE or an OPTIONS: an origin would take it for the next request.
 */
function keepAsGiven(outgoing: ClientRequest, { method, body }: WireRequest): void {
  outgoing.method = method
  const isFramed = body !== undefined || method === 'POST' || method === 'PUT'
  Object.assign(outgoing, { useChunkedEncodingByDefault: isFramed, strictContentLength: true })
}

/** Bytes of a body that are sent at once: of more nobody could tell how far they have come. */
const PIECE = 32 * 1024

/** `moved` is called whenever the connection has taken a part of it, here and below. */
export function sendBytes(outgoing: ClientRequest, body: Uint8Array | undefined, moved: () => void): void {
  if (body === undefined || body.length <= PIECE) outgoing.end(body)
  else {
    outgoing.write(body.subarray(0, PIECE), (error) => {
      if (error) return
      moved()
      sendBytes(outgoing, body.subarray(PIECE), moved)
    })
  }
}

/** Whether what is to be sent next is still to come from the caller: nobody can have answered that. A mock may have no such state. */
export function isAwaitingMore(outgoing: ClientRequest | undefined): boolean {
  return outgoing?.writableEnded === false && outgoing.writableLength === 0
}

/**
 * Sends a body as it comes, never faster than the connection takes it. Ends quietly when the request is over before it.
 *
 * @throws TransportFailure PROTOCOL for one that fails, or is not as long as was said.
 */
export async function sendStream(outgoing: ClientRequest, body: ReadableStream<Uint8Array>, moved: () => void): Promise<void> {
  try {
    await poured(outgoing, body, moved)
  } catch (cause) {
    throw new TransportFailure('PROTOCOL', "the request's body could not be read", { cause, transient: false })
  }
}

async function poured(outgoing: ClientRequest, body: ReadableStream<Uint8Array>, moved: () => void): Promise<void> {
  const reader = body.getReader()
  let wake = (): void => {}
  outgoing.once('close', () => {
    wake()
    // Lets go of a source that is still waiting. What it says to that is no news: how the request ended is told elsewhere.
    reader.cancel().catch(() => {})
  })
  for (;;) {
    const { done, value } = await reader.read()
    if (outgoing.destroyed) return
    if (done) break
    for (const piece of isBytes(value) ? piecesOf(value) : [value]) {
      const taken = Promise.withResolvers<void>()
      wake = taken.resolve
      outgoing.write(piece, () => wake())
      await taken.promise
      if (outgoing.destroyed) return
      moved()
    }
  }
  outgoing.end()
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE)
}

function fieldsOf(request: WireRequest): OutgoingHttpHeaders {
  const fields: Record<string, string | string[]> = Object.create(null)
  fields.host = request.url.host
  for (const [name, value] of request.headers) {
    if (REFUSED.has(name)) throw new TransportFailure('PROTOCOL', `a request may not set ${name}`, { transient: false })
    if (OVERWRITTEN.has(name) && !isFarewell(name, value) && !isLength(name, value, request)) continue
    const before = fields[name]
    fields[name] = before === undefined ? value : [before, value].flat()
  }
  for (const [name, value] of DEFAULTS) fields[name] ??= value
  if (isBytes(request.body)) fields['content-length'] = String(request.body.byteLength)
  return fields
}

/** Of a stream only its caller knows the length, and there are servers that take no chunks. Node holds the bytes against it. */
const isLength = (name: string, value: string, { body }: WireRequest): boolean =>
  name === 'content-length' && body instanceof ReadableStream && /^\d+$/.test(value)

/** The one thing about a connection that a caller may ask for. */
function isFarewell(name: string, value: string): boolean {
  return name === 'connection' && value.toLowerCase() === 'close'
}
