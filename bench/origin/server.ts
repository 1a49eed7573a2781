// The origin, in a process of its own: a good server of what body.ts says, which counts what it is asked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bodyAt, partsOf } from './body.ts'
import { sendCut, sendLarge } from './large.ts'
import { Ledger } from './ledger.ts'

const ledger = new Ledger()

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://origin')
  if (url.pathname === '/seen') {
    response.end(JSON.stringify(ledger.of(url.searchParams.get('of') ?? '')))
    return
  }
  const wait = Number(url.searchParams.get('wait') ?? 0)
  const seen = ledger.open(`${url.pathname}${url.search}`)
  response.once('close', () => seen.close(response))
  if (wait === 0) answer(url, request, response)
  else setTimeout(() => answer(url, request, response), wait)
})

function answer(url: URL, request: IncomingMessage, response: ServerResponse): void {
  const { kind, size } = partsOf(url.pathname)
  const etag = `"${url.pathname}"`
  const control = url.searchParams.get('cache') ?? 'max-age=3600'
  response.setHeader('Cache-Control', control)
  response.setHeader('ETag', etag)
  response.setHeader('X-Request-Id', '4f6f2f0e')
  if (kind === 'large') sendLarge(request, response, size)
  else if (kind === 'cut') sendCut(request, response, size)
  else if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
  else sendWhole(url.pathname, response)
}

function sendWhole(path: string, response: ServerResponse): void {
  const body = bodyAt(path)
  response.setHeader('Content-Type', path.startsWith('/json/') ? 'application/json' : 'application/octet-stream')
  response.setHeader('Last-Modified', 'Sat, 21 Nov 2026 00:00:00 GMT')
  response.setHeader('Content-Length', body.length)
  response.writeHead(200).end(body)
}

server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', 4096, () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
process.once('disconnect', () => process.exit())
