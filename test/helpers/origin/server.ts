import type { Socket } from 'node:net'
import { goneOf, serveConnection } from './connection.ts'
import { ClientGone, Exchange, type Place, type Step } from './exchange.ts'
import { type Ending, Journal, type RecordedRequest } from './journal.ts'
import { Listener } from './listener.ts'
import type { ReceivedRequest } from './request.ts'
import { ScriptBook } from './script.ts'
import { status } from './steps-answer.ts'
import type { Origin, OriginOptions } from './types.ts'

/** Starts an origin on 127.0.0.1, on a port that the system chooses. */
export async function startOrigin(options: OriginOptions = {}): Promise<Origin> {
  const origin = new LoopbackOrigin(options)
  await origin.resume()
  return origin
}

// Not Date.now(): its whole milliseconds are too coarse for "never early".
const machineClock = { now: (): number => performance.timeOrigin + performance.now() }

class LoopbackOrigin implements Origin {
  readonly #clock: { now(): number }
  readonly #scheme: string
  readonly #listener: Listener
  readonly #journal = new Journal()
  readonly #scripts = new ScriptBook()
  readonly #idle = new Set<Place>()
  readonly #mistakes: unknown[] = []
  #connections = 0

  constructor({ clock = machineClock, tls }: OriginOptions) {
    this.#clock = clock
    this.#scheme = tls ? 'https' : 'http'
    this.#listener = new Listener((socket, wire) => this.#welcome(socket, wire), tls)
  }

  get host(): string {
    return `127.0.0.1:${this.port}`
  }

  get port(): number {
    return this.#listener.port
  }

  get inFlight(): number {
    return this.#journal.inFlight
  }

  get maxInFlight(): number {
    return this.#journal.maxInFlight
  }

  get openConnections(): number {
    return this.#listener.sockets.size
  }

  url(path: string): string {
    return `${this.#scheme}://${this.host}${path}`
  }

  script(path: string, ...steps: [Step, ...Step[]]): void {
    this.#scripts.set(path, steps)
  }

  hits(path?: string): number {
    return this.#journal.matching(path).length
  }

  requests(path?: string): RecordedRequest[] {
    return this.#journal.matching(path)
  }

  async refuse(): Promise<void> {
    this.#listener.shut()
    for (const place of this.#idle) place.socket.destroy()
  }

  async resume(): Promise<void> {
    await this.#listener.open()
  }

  kill(): void {
    this.#listener.destroyAll()
  }

  async close(): Promise<void> {
    this.#listener.shut()
    this.kill()
    await Promise.all(this.requests().map((request) => request.ended))
    const mistakes = this.#mistakes.splice(0)
    if (mistakes.length > 0) throw new AggregateError(mistakes, mistakes.map(String).join('\n'))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #welcome(socket: Socket, wire: Socket): void {
    this.#connections += 1
    const connection = this.#connections
    const place: Place = {
      socket,
      gone: goneOf(socket),
      now: () => this.#clock.now(),
      leaving: () => !this.#listener.listening,
      reset: () => void wire.resetAndDestroy(),
    }
    this.#idle.add(place)
    socket.once('close', () => this.#idle.delete(place))
    serveConnection(place, (received) => this.#serve(received, place, connection)).catch((error: unknown) => {
      this.#mistakes.push(error)
      socket.destroy()
    })
  }

  async #serve(received: ReceivedRequest, place: Place, connection: number): Promise<boolean> {
    this.#idle.delete(place)
    const record = this.#journal.open(received, { at: this.#clock.now(), connection })
    const { step = this.#unscripted, hit } = this.#scripts.find(received)?.next() ?? { hit: 1 }
    const exchange = new Exchange(record, place, hit)
    const ending = await this.#play(step, exchange)
    record.end(ending)
    const kept = ending === 'kept' && !place.leaving()
    if (kept) this.#idle.add(place)
    return kept
  }

  async #play(step: Step, exchange: Exchange): Promise<Ending> {
    try {
      // The race is for steps that wait for something of their own and do not notice that the client has left.
      await exchange.until(Promise.resolve(step(exchange)))
      return exchange.ending
    } catch (error) {
      if (!(error instanceof ClientGone)) {
        this.#mistakes.push(error)
        exchange.destroy()
        return 'failed'
      }
      const ours = exchange.ending === 'destroyed' || exchange.ending === 'reset'
      return ours ? exchange.ending : 'client-gone'
    }
  }

  readonly #unscripted: Step = async (exchange) => {
    const { method, path } = exchange.request
    this.#mistakes.push(new Error(`the origin has no script for ${method} ${path}`))
    await status(500, {}, `The test origin has no script for ${method} ${path}.\n`)(exchange)
  }
}
