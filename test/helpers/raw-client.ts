import { once } from 'node:events'
import net, { type Socket } from 'node:net'

export interface RawRequest {
  method?: string
  headers?: Readonly<Record<string, string>>
  body?: string
  /** Ask the server to keep the connection. Default false. */
  keepAlive?: boolean
}

export interface RawAnswer {
  readonly status: number
  /** The head as received, without the empty line. */
  readonly head: string
  /** Every byte behind the head, framing included. */
  readonly body: Buffer
}

/** A client that sees the bytes of the wire, for what an HTTP client would repair or hide. */
export class RawClient implements AsyncDisposable {
  /** How the connection ended: by the server's FIN, or by a reset. */
  readonly ended: Promise<'closed' | 'reset'>
  #received = Buffer.alloc(0)
  #failure: NodeJS.ErrnoException | undefined
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes])
    })
    socket.on('error', (error) => {
      this.#failure = error
    })
    // Not events.once: it rejects on 'error', and a reset is one of the two answers here.
    this.ended = new Promise((resolve) => {
      socket.once('close', () => resolve(this.#failure?.code === 'ECONNRESET' ? 'reset' : 'closed'))
    })
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = net.connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  get received(): Buffer {
    return this.#received
  }

  send(path: string, { method = 'GET', headers = {}, body = '', keepAlive = false }: RawRequest = {}): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const length = body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`
    const connection = `Connection: ${keepAlive ? 'keep-alive' : 'close'}\r\n`
    this.#socket.write(`${method} ${path} HTTP/1.1\r\nHost: origin\r\n${connection}${length}${lines.join('')}\r\n${body}`)
  }

  /** Resolves when so many bytes behind the head have come. */
  async bodyBytes(count: number): Promise<RawAnswer> {
    for (;;) {
      const answer = split(this.#received)
      if (answer && answer.body.length >= count) return answer
      await once(this.#socket, 'data')
    }
  }

  /** Everything up to the end of the connection. */
  async whole(): Promise<RawAnswer> {
    await this.ended
    const answer = split(this.#received)
    if (!answer) throw new Error(`no head in ${this.#received.length} bytes: ${this.#received.toString('latin1').slice(0, 200)}`)
    return answer
  }

  destroy(): void {
    this.#socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
    await this.ended
  }
}

/** One request on a connection of its own, read to the end of that connection. */
export async function rawGet(port: number, path: string, request: RawRequest = {}): Promise<RawAnswer> {
  await using client = await RawClient.connect(port)
  client.send(path, request)
  return await client.whole()
}

/** The value of a field, or undefined. */
export function fieldOf({ head }: RawAnswer, name: string): string | undefined {
  const line = head.split('\r\n').find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}:`))
  return line?.slice(name.length + 1).trim()
}

function split(received: Buffer): RawAnswer | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = received.subarray(0, end).toString('latin1')
  return { status: Number(head.split(' ')[1]), head, body: received.subarray(end + 4) }
}
