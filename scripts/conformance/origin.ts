import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answer } from './answer.ts'
import type { RequestDefinition } from './definition.ts'
import type { Visit } from './visit.ts'

/** The origin of all tests, on 127.0.0.1. */
export class Origin {
  readonly #server: Server
  readonly #visits = new Map<string, Visit>()

  private constructor(server: Server) {
    this.#server = server
  }

  static async open(): Promise<Origin> {
    const server = createServer()
    const origin = new Origin(server)
    server.on('request', (request, response) => void origin.#receive(request, response))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve)
    })
    return origin
  }

  visit(requests: readonly RequestDefinition[]): Visit {
    const visit: Visit = { token: randomUUID(), requests, seen: [] }
    this.#visits.set(visit.token, visit)
    return visit
  }

  url({ token }: Visit, { filename, query_arg: query }: RequestDefinition): string {
    const { port } = this.#server.address() as AddressInfo
    const file = filename === undefined ? '' : `/${filename}`
    return `http://127.0.0.1:${port}/test/${token}${file}${query === undefined ? '' : `?${query}`}`
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = /^\/test\/([^/?]+)/.exec(request.url ?? '')?.[1] ?? ''
    const visit = this.#visits.get(token)
    if (visit === undefined) {
      response.writeHead(404).end('no test is here')
      return
    }
    try {
      await answer(visit, request, response)
    } catch (error) {
      visit.fault = `the origin could not answer: ${String(error)}`
      response.destroy()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }
}
