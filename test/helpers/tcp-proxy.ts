import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** What is wrong with a connection; undefined or left out: nothing. */
export interface TcpFaults {
  /** Milliseconds that each piece waits, and up to so many more by chance. */
  latency?: number
  jitter?: number
  /** Bytes a second, each way. */
  rate?: number
  /** Pieces of at most so many bytes, each sent alone. */
  slice?: number
  /**
   * 'blackhole': what comes is taken and lost, and so is all else of that connection, for ever: TCP brings nothing behind a gap. 'freeze':
   * it is not even taken, and goes on when that is over.
   */
  silence?: 'blackhole' | 'freeze'
  /** Once, when so many bytes have passed since `use`, both ways together: the connection ends, or is reset. */
  breakAfter?: { readonly bytes: number; readonly how: 'end' | 'reset' }
  /** One bit of each so-many-th byte is turned, of what the server says; with `both`, of what it is told too. */
  corruptEvery?: number
  corrupts?: 'answers' | 'both'
}

/** A faulty way to a TCP server. It knows nothing of what is said over it. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** Since the last `use`: bytes, both ways together, bytes in a black hole, bytes that were turned, and whether a connection was broken after so many. */
  readonly passed: number
  readonly lost: number
  readonly corrupted: number
  readonly broken: boolean
  /** Replaces the faults of all connections, those that are open too. */
  use(faults: TcpFaults): void
  /** Connections break, and new ones are refused. */
  down(): Promise<void>
  up(): Promise<void>
  /** Another server from now on; connections to the one before break. */
  retarget(port: number): void
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const proxy = new Proxied(target)
  await proxy.up()
  return proxy
}

type Way = 'questions' | 'answers'

class Proxied implements TcpProxy {
  port = 0
  passed = 0
  lost = 0
  corrupted = 0
  broken = false
  #target: number
  #faults: TcpFaults = {}
  #thawed = Promise.withResolvers<void>()
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#relay(socket))

  constructor(target: number) {
    this.#target = target
  }

  use(faults: TcpFaults): void {
    this.#faults = faults
    this.passed = 0
    this.lost = 0
    this.corrupted = 0
    this.broken = false
    this.#thawed.resolve()
    this.#thawed = Promise.withResolvers()
  }

  async up(): Promise<void> {
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.port = (this.#server.address() as AddressInfo).port
  }

  async down(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#breakAll()
    await closed
  }

  retarget(port: number): void {
    this.#target = port
    this.#breakAll()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.use({})
    if (this.#server.listening) await this.down()
  }

  #breakAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  #relay(near: Socket): void {
    const far = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const fate = { isLost: false }
    for (const [from, to, way] of [
      [near, far, 'questions'],
      [far, near, 'answers'],
    ] as const) {
      this.#sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      this.#pass(from, to, { way, fate }).catch(() => {
        from.destroy()
        to.destroy()
      })
    }
  }

  async #pass(from: Socket, to: Socket, { way, fate }: { way: Way; fate: { isLost: boolean } }): Promise<void> {
    let count = 0
    for await (const bytes of from as AsyncIterable<Buffer>) {
      for (let at = 0; at < bytes.length; ) {
        const piece = bytes.subarray(at, at + this.#sizeOf(bytes.length - at))
        at += piece.length
        while (this.#faults.silence === 'freeze') await this.#thawed.promise
        fate.isLost ||= this.#faults.silence === 'blackhole'
        if (fate.isLost) {
          this.lost += piece.length
          continue
        }
        await this.#slowly(piece.length)
        if (await this.#isAtEnd(piece, to)) return this.#end(from, to)
        await written(to, this.#turned(piece, { from: count, way }))
        this.passed += piece.length
        count += piece.length
      }
    }
    to.end()
  }

  #sizeOf(left: number): number {
    const { slice = left, rate = left * 20 } = this.#faults
    // A slow line brings little at a time, and not a lot after a while.
    return Math.max(1, Math.min(left, slice, Math.ceil(rate / 20)))
  }

  async #slowly(bytes: number): Promise<void> {
    const { latency = 0, jitter = 0, rate } = this.#faults
    const ms = latency + Math.random() * jitter + (rate === undefined ? 0 : (1_000 * bytes) / rate)
    if (ms > 0) await pause(ms)
  }

  /** Sends what still belongs before the break. */
  async #isAtEnd(piece: Buffer, to: Socket): Promise<boolean> {
    const { breakAfter } = this.#faults
    if (breakAfter === undefined || this.passed + piece.length < breakAfter.bytes) return false
    const before = piece.subarray(0, breakAfter.bytes - this.passed)
    if (before.length > 0) await written(to, before)
    return true
  }

  #end(from: Socket, to: Socket): void {
    const { breakAfter, ...others } = this.#faults
    this.#faults = others
    this.broken = true
    const how = breakAfter?.how
    for (const socket of [from, to]) {
      if (how === 'reset') socket.resetAndDestroy()
      else socket.destroy()
    }
  }

  #turned(piece: Buffer, { from, way }: { from: number; way: Way }): Buffer {
    const { corruptEvery, corrupts = 'answers' } = this.#faults
    if (corruptEvery === undefined || (corrupts === 'answers' && way === 'questions')) return piece
    const turned = Buffer.from(piece)
    for (let at = corruptEvery - 1 - (from % corruptEvery); at < turned.length; at += corruptEvery) {
      this.corrupted++
      turned[at] = (turned[at] ?? 0) ^ (1 << (at % 8))
    }
    return turned
  }
}

/** Resolves when the bytes have left for the kernel: only then are they sure to arrive before a break. */
function written(to: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}
