import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'

export interface CutProxyOptions {
  /** Origin of the real server, as in 'https://registry.example'. A path in it is ignored. */
  upstream: string | URL
  /** Which answers break: the nth one (from 1) after so many bytes of its body, as they are on the wire. */
  cuts: readonly { readonly response: number; readonly afterBytes: number }[]
  /** A certificate to trust beside the system's, in PEM. */
  ca?: string
}

export interface ProxiedRequest {
  readonly method: string
  /** The request target, query included. */
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  /** What the upstream answered; 0 until then, and 502 where it could not be reached. */
  readonly status: number
  readonly answerHeaders: http.IncomingHttpHeaders
  /** Body bytes relayed to the client, as they are on the wire. */
  readonly bytesSent: number
  readonly cut: boolean
}

/** A loopback server that relays to a real one and breaks some of its answers off. */
export interface CutProxy extends AsyncDisposable {
  /** The proxy's address for a path, or for the path and query of a URL of the upstream. */
  url(target: string | URL): string
  readonly requests: readonly ProxiedRequest[]
  close(): Promise<void>
}

interface OpenRequest extends ProxiedRequest {
  status: number
  answerHeaders: http.IncomingHttpHeaders
  bytesSent: number
  cut: boolean
}

// They speak of one connection, not of the answer (RFC 9110, section 7.6.1); node:http writes its own.
const HOP_BY_HOP: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection'])

export async function startCutProxy({ upstream, cuts, ca }: CutProxyOptions): Promise<CutProxy> {
  const base = new URL(upstream).origin
  const trust = ca === undefined ? {} : { ca: [...tls.rootCertificates, ca] }
  const requests: OpenRequest[] = []
  const server = http.createServer((incoming, outgoing) => {
    const request = recordOf(incoming)
    const nth = requests.push(request)
    const afterBytes = cuts.find(({ response }) => response === nth)?.afterBytes
    relay(new URL(incoming.url ?? '/', base), incoming, trust)
      .then((answer) => pass(request, { answer, outgoing, afterBytes }))
      .catch((error: Error) => fail(request, { error, outgoing }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  const url = (target: string | URL): string => {
    const { pathname, search } = new URL(target, base)
    return `http://127.0.0.1:${port}${pathname}${search}`
  }
  return { url, requests, close, [Symbol.asyncDispose]: close }
}

function recordOf(incoming: IncomingMessage): OpenRequest {
  const { method = '', url: path = '', headers } = incoming
  return { method, path, headers, status: 0, answerHeaders: {}, bytesSent: 0, cut: false }
}

function relay(target: URL, incoming: IncomingMessage, trust: { ca?: string[] }): Promise<IncomingMessage> {
  const headers = { ...incoming.headers, host: target.host }
  for (const name of HOP_BY_HOP) delete headers[name as keyof typeof headers]
  const { request } = target.protocol === 'https:' ? https : http
  const outgoing = request(target, { method: incoming.method, headers, ...trust })
  incoming.pipe(outgoing)
  return new Promise((resolve, reject) => {
    // Stays for errors after the head, which the reader of the answer sees for itself.
    outgoing.on('response', resolve).on('error', reject)
  })
}

interface Passage {
  readonly answer: IncomingMessage
  readonly outgoing: ServerResponse
  readonly afterBytes: number | undefined
}

async function pass(request: OpenRequest, { answer, outgoing, afterBytes = Number.POSITIVE_INFINITY }: Passage): Promise<void> {
  request.status = answer.statusCode ?? 0
  request.answerHeaders = answer.headers
  outgoing.writeHead(request.status, answer.statusMessage, keptFields(answer.rawHeaders))
  outgoing.flushHeaders()
  for await (const piece of answer as AsyncIterable<Buffer>) {
    const sent = piece.subarray(0, afterBytes - request.bytesSent)
    request.bytesSent += sent.length
    await write(outgoing, sent)
    if (request.bytesSent >= afterBytes) return breakOff(request, outgoing)
  }
  outgoing.end()
}

function keptFields(raw: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < raw.length; at += 2) {
    const [name = '', value = ''] = raw.slice(at, at + 2)
    if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, value)
  }
  return kept
}

/** Resolves when the bytes have left for the kernel: only then are they sure to arrive before a break. */
function write(outgoing: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    outgoing.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}

function breakOff(request: OpenRequest, outgoing: ServerResponse): void {
  request.cut = true
  outgoing.socket?.destroy()
}

function fail(request: OpenRequest, { error, outgoing }: { error: Error; outgoing: ServerResponse }): void {
  if (outgoing.headersSent) {
    outgoing.socket?.destroy()
    return
  }
  request.status = 502
  outgoing.writeHead(502).end(`The proxy could not reach the upstream: ${error.message}\n`)
}
