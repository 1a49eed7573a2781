import type http from 'node:http'
import type { Agent, ClientRequest } from 'node:http'
import type { AgentOptions } from 'node:https'
import type { OnReadOpts, Socket } from 'node:net'

/** The part of node:http that is also node:https. */
export type HttpModule = Pick<typeof http, 'request' | 'Agent' | 'globalAgent'>

/** What Node's fetch does too. Most servers close an idle connection after 5 s, and a request that meets that close is lost. */
const IDLE_MS = 4000

/** So long before the end that a server announces its connection is not used again: a request may be under way for as long. */
const MARGIN_MS = 1000

/** After so long without a byte TCP asks whether the other end is still there: Node's own default. */
const PROBE_MS = 1000

/** Bytes that are read at once, where as many are there: twice what Node reads, for half the steps to take them. */
const ONE_READ = 128 * 1024

/** What Node hands to an agent beside a request; `_agentKey` is the name of the connections that may serve it. */
interface Wanted {
  readonly host: string
  readonly port: string | number
  readonly _agentKey?: string
}

/** The parts of Node's agent that its types leave out. */
interface Pool {
  addRequest(request: ClientRequest, wanted: Wanted): void
  getName(wanted: Wanted): string
  readonly freeSockets: Record<string, Socket[] | undefined>
  readonly sockets: Record<string, Socket[] | undefined>
}

/** An agent whose idle connections stand ready for the next request. */
export interface KeptAgent extends Agent {
  /** A server said how long it keeps this connection: the field Keep-Alive of an answer (RFC 2068 19.7.1.1), `timeout=5`, in seconds. */
  announced(socket: Socket, said: string): void
  /** Nobody waits for this request any more: ends the connection to a proxy that is being made for it. */
  left(request: ClientRequest): void
  /** Ends what is idle, and keeps nothing from now on. */
  retire(): void
}

/** How Node is told what became of a tunnel. */
type Ready = Parameters<Agent['createConnection']>[1]

function idleAt(said: string): number {
  const seconds = /(?:^|[,\s])timeout=(\d+)/i.exec(said)?.[1]
  return seconds === undefined ? IDLE_MS : Math.min(Number(seconds) * 1000 - MARGIN_MS, IDLE_MS)
}

/** What is known of the connections of one agent. */
class Knowledge {
  /** Under which name Node keeps the connections to a host and port. One instance asks all of one host in the same way. */
  readonly #names = new Map<string, string>()
  /** How long a connection may be idle, in milliseconds, where its server has said so. */
  readonly #idle = new WeakMap<Socket, number>()
  #latest = { said: '', idle: IDLE_MS }
  #isRetired = false
  /** For whom a connection was made. One to a proxy is not the request's before its tunnel stands, and Node does not end it with that. */
  readonly #made = new WeakMap<ClientRequest, Socket>()
  #latestMade: Socket | undefined

  making(request: ClientRequest, ask: () => void): void {
    this.#latestMade = undefined
    ask()
    if (this.#latestMade !== undefined) this.#made.set(request, this.#latestMade)
  }

  make(wanted: Wanted, connect: (options: never, told: NonNullable<Ready>) => Socket, ready: Ready): Socket {
    this.#name(wanted)
    const made = connect(Object.assign({}, wanted, { onread: reading() }) as never, (error, socket) => {
      // That of a proxy that said no stays open.
      if (error) made.destroy()
      ready?.(error, socket)
    })
    this.#latestMade = made
    return made
  }

  readonly left = (request: ClientRequest): void => {
    if (request.socket === null) this.#made.get(request)?.destroy(new Error('nobody waits for this connection any more'))
  }

  #name({ host, port, _agentKey: name }: Wanted): void {
    if (name !== undefined) this.#names.set(`${host}:${port}`, name)
  }

  nameOf({ host, port }: Wanted): string | undefined {
    return this.#names.get(`${host}:${port}`)
  }

  readonly announced = (socket: Socket, said: string): void => {
    // A server says the same each time.
    if (said !== this.#latest.said) this.#latest = { said, idle: idleAt(said) }
    this.#idle.set(socket, this.#latest.idle)
  }

  /** Milliseconds; 0 where it is not worth keeping. */
  idleFor(socket: Socket): number {
    return this.#isRetired ? 0 : (this.#idle.get(socket) ?? IDLE_MS)
  }

  /** What is idle ends now, and what is not, when it would be. */
  retire(free: Pool['freeSockets']): void {
    this.#isRetired = true
    for (const socket of Object.values(free).flat()) socket?.destroy()
  }
}

/**
 * Node's agent, which keeps connections and guards the idle ones, without what it does anew for each request though nothing has changed: a list of
 * options made of two, the name of the connections put together three times, and all fields of an answer read for the sake of one.
 * Together they are a twentieth of a download of 1 KB.
 */
export function keptAgent(node: HttpModule, options: AgentOptions): KeptAgent {
  const Base = node.Agent as unknown as new (options: AgentOptions) => Agent & Pool
  const known = new Knowledge()

  class Kept extends Base {
    override createConnection(wanted: never, ready: Ready): Socket {
      return known.make(wanted, (options, told) => super.createConnection(options, told) as Socket, ready)
    }

    override getName(wanted: Wanted): string {
      return wanted?._agentKey ?? super.getName(wanted)
    }

    override addRequest(request: ClientRequest, wanted: Wanted): void {
      const name = known.nameOf(wanted)
      const socket = name === undefined ? undefined : lastOf(this.freeSockets[name])
      if (name !== undefined && socket !== undefined) {
        this.reuseSocket(socket, request)
        request.onSocket(socket)
        this.sockets[name] ??= []
        this.sockets[name].push(socket)
      } else known.making(request, () => super.addRequest(request, wanted))
    }

    readonly announced = known.announced
    readonly left = known.left
    readonly retire = (): void => known.retire(this.freeSockets)

    override keepSocketAlive(socket: Socket): boolean {
      const idle = known.idleFor(socket)
      if (idle <= 0) return false
      socket.setKeepAlive(true, PROBE_MS)
      socket.unref()
      if (socket.timeout !== idle) socket.setTimeout(idle)
      return true
    }
  }

  return new Kept(options)
}

/** The one that was used last. One that has just been closed may still stand here. */
function lastOf(idle: Socket[] | undefined): Socket | undefined {
  for (let socket = idle?.pop(); socket !== undefined; socket = idle?.pop()) if (!socket.destroyed) return socket
  return undefined
}

/**
 * How a connection reads: each time into the same memory, since Node's parser copies what is a body's out of it at once. Else each read gets
 * memory of its own, and V8 twice the size of a large body to collect.
 */
function reading(): OnReadOpts {
  return {
    buffer: Buffer.allocUnsafeSlow(ONE_READ),
    callback(this: Socket, length: number, bytes: Uint8Array): boolean {
      this.emit('data', (bytes as Buffer).subarray(0, length))
      return true
    },
  } as OnReadOpts
}
