// The one origin of all these examples: a slow, flaky server on 127.0.0.1 that counts the requests which reach it.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const MB = 1024 * 1024
const BIG = Buffer.alloc(8 * MB, 'a line of a big file\n')
const JSON_TYPE = { 'Content-Type': 'application/json' }
const HEADERS = { 'Cache-Control': 'max-age=60', ETag: '"v1"' }

export class Origin implements Disposable {
  /** 'flaky': the first of every three requests is answered 503. 'down': each is. The big file breaks off after 3 MB, always. */
  mood: 'up' | 'flaky' | 'down' = 'flaky'
  /** What /feed.json is at the moment. */
  feed: unknown = {}
  requests = 0
  readonly digest: string = createHash('sha256').update(BIG).digest('hex')
  readonly #server = createServer((request, response) => void this.#answer(request, response)).listen(0, '127.0.0.1')

  async url(path: string): Promise<string> {
    if (!this.#server.listening) await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`
  }

  async #answer({ url, headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const nth = ++this.requests
    await pause(20)
    if (url === '/big.bin') return sendPart(response, Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0))
    if (url === '/feed.json') return void response.writeHead(200, JSON_TYPE).end(JSON.stringify(this.feed))
    const isBad = this.mood === 'down' || (this.mood === 'flaky' && nth % 3 === 1)
    response.writeHead(isBad ? 503 : 200, isBad ? {} : HEADERS).end(isBad ? '' : '{"EUR":1,"CHF":0.93}')
  }

  [Symbol.dispose](): void {
    this.#server.close().closeAllConnections()
  }
}

function sendPart(response: ServerResponse, from: number): void {
  const range = from > 0 ? { 'Content-Range': `bytes ${from}-${BIG.length - 1}/${BIG.length}` } : {}
  response.writeHead(from > 0 ? 206 : 200, { ...HEADERS, ...range, 'Content-Length': BIG.length - from })
  response.write(BIG.subarray(from, from + 3 * MB), () => (BIG.length - from > 3 * MB ? response.destroy() : response.end()))
}
