import { once } from 'node:events'
import net, { type AddressInfo, type Server, type Socket } from 'node:net'
import tls from 'node:tls'

export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** Called for each accepted connection. `wire` is the TCP socket, which under TLS is not the one that is read. */
export type Accept = (socket: Socket, wire: Socket) => void

/** A loopback port that can be closed and opened again. */
export class Listener {
  /** Open connections. */
  readonly sockets: Set<Socket> = new Set()
  #server: Server | undefined
  #port = 0
  readonly #accept: Accept
  readonly #certificate: Certificate | undefined

  constructor(accept: Accept, certificate?: Certificate) {
    this.#accept = accept
    this.#certificate = certificate
  }

  get port(): number {
    return this.#port
  }

  get listening(): boolean {
    return this.#server !== undefined
  }

  async open(): Promise<void> {
    if (this.#server) return
    const server = this.#create()
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** From now on the system refuses connections to this port. Connections that are open stay. */
  shut(): void {
    this.#server?.close()
    this.#server = undefined
  }

  /** Breaks every open connection off. */
  destroyAll(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  #create(): Server {
    if (!this.#certificate) return net.createServer((socket) => this.#take(socket, socket))
    const server = tls.createServer(this.#certificate)
    const wires = new Map<number | undefined, Socket>()
    server.on('connection', (wire: Socket) => {
      const port = wire.remotePort
      wires.set(port, wire)
      this.#keep(wire)
      wire.once('close', () => wires.delete(port))
    })
    server.on('secureConnection', (socket) => this.#take(socket, wires.get(socket.remotePort) ?? socket))
    return server
  }

  #take(socket: Socket, wire: Socket): void {
    this.#keep(socket)
    this.#accept(socket, wire)
  }

  #keep(socket: Socket): void {
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
    // A reset by the peer is an error event too; 'close' follows and is all that matters here.
    socket.on('error', () => {})
  }
}
