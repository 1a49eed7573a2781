import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Answer, Asked } from './answer.ts'
import type { Script } from './situation.ts'

/** What the origin saw and did. */
export interface Seen {
  readonly at: Asked['at']
  readonly range: string | undefined
  readonly ifRange: string | undefined
  readonly status: number
  /** Bytes of the body handed to the connection. */
  sent: number
}

interface Played {
  readonly script: Script
  readonly seen: Seen[]
}

/** Two servers of one machine, origin and mirror: each path has a script, which both follow. */
export class Origin implements AsyncDisposable {
  readonly #servers: Record<Asked['at'], Server>
  readonly #played = new Map<string, Played>()

  private constructor() {
    const serverAt = (at: Asked['at']): Server => createServer((request, response) => this.#answer(at, request, response))
    this.#servers = { origin: serverAt('origin'), mirror: serverAt('mirror') }
  }

  static async start(): Promise<Origin> {
    const origin = new Origin()
    await Promise.all(
      Object.values(origin.#servers).map((server) => {
        server.listen(0, '127.0.0.1')
        return once(server, 'listening')
      }),
    )
    return origin
  }

  /** The URL under which this script is played from its beginning. */
  play(path: string, script: Script): string {
    this.#played.set(path, { script, seen: [] })
    return this.#url('origin', path)
  }

  seen(path: string): readonly Seen[] {
    return this.#played.get(path)?.seen ?? []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of Object.values(this.#servers)) {
      server.closeAllConnections()
      server.close()
    }
  }

  #url(at: Asked['at'], path: string): string {
    return `http://127.0.0.1:${(this.#servers[at].address() as AddressInfo).port}${path}`
  }

  #answer(at: Asked['at'], request: IncomingMessage, response: ServerResponse): void {
    const { url: path = '/', headers } = request
    const played = this.#played.get(path)
    if (played === undefined) {
      response.writeHead(500).end('nothing is played here')
      return
    }
    const answer = played.script({ hit: played.seen.length + 1, headers, at, mirror: this.#url('mirror', path) })
    const seen = { at, range: headers.range, ifRange: headers['if-range']?.toString(), status: answer.status, sent: 0 }
    played.seen.push(seen)
    void send(response, answer, seen)
  }
}

const PIECE = 64 * 1024

async function send(response: ServerResponse, { status, headers, body, cutAt = body.length }: Answer, seen: Seen): Promise<void> {
  response.writeHead(status, { ...headers, 'Content-Length': body.length })
  for (let start = 0; start < cutAt; start += PIECE) {
    // A client may leave in the middle; Node would never call back for what is written after that.
    if (response.destroyed) return
    const piece = body.subarray(start, Math.min(start + PIECE, cutAt))
    await new Promise((resolve) => response.write(piece, resolve))
    seen.sent += piece.length
  }
  if (cutAt < body.length) response.destroy()
  else response.end()
}
