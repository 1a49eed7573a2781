import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { allow, type Clock } from '../../model/clock.ts'
import { headerOf } from '../../model/headers.ts'
import { TransportFailure, type WireRequest, type WireResponse } from '../../model/transport.ts'
import type { Route } from './connections.ts'
import { failureFrom, lateness, type Phase } from './failure.ts'
import { framingOf, headersOf, isEmpty, refuseUnknown } from './head.ts'
import { isAddress, isAwaitingMore, openRequest, sendBytes, sendStream } from './outgoing.ts'
import { onFalseEnd } from './reset.ts'
import { WireBody } from './wire-body.ts'

/** Interim answers (100, 103 …) beyond this are an attack, not a hint. */
const MOST_INTERIM = 1000

/** One request on one connection, from its first byte to the end of its answer. */
export class WireExchange {
  readonly #request: WireRequest
  readonly #answer: PromiseWithResolvers<WireResponse> = Promise.withResolvers()
  readonly #clock: Clock
  #phase: Phase = 'connect'
  #timer: { cancel(): void } | undefined
  #route: Route | undefined
  #outgoing: ClientRequest | undefined
  #message: IncomingMessage | undefined
  #body: WireBody | undefined
  #interim = 0
  #isOver = false
  /** False while a name is being looked up: what hangs then is the resolver, not the host. */
  #isResolved = true
  /** What this connection had received before this request, where it is a used one. */
  #receivedBefore: number | undefined

  constructor(request: WireRequest, clock: Clock) {
    this.#request = request
    this.#clock = clock
  }

  /**
   * True when a used connection broke before a single byte of the answer: the origin had closed it while the request was on
   * its way, and never saw it (RFC 9112 9.3.1).
   */
  get metStaleConnection(): boolean {
    return this.#receivedBefore !== undefined && this.#outgoing?.socket?.bytesRead === this.#receivedBefore
  }

  run(route: Route): Promise<WireResponse> {
    const { signal } = this.#request
    if (signal.aborted) return Promise.reject(signal.reason)
    signal.addEventListener('abort', this.#abort)
    try {
      this.#open(route)
    } catch (error) {
      this.#fail(error)
    }
    return this.#answer.promise
  }

  /** Nobody waits for the answer any more. */
  giveUp(): void {
    this.#fail(new TransportFailure('CONNECT', 'the transport is closed', { transient: false }))
  }

  readonly #abort = (): void => {
    const { reason } = this.#request.signal
    if (this.#body) this.#body.abort(reason)
    else this.#answer.reject(reason)
    this.#drop()
  }

  #open(route: Route): void {
    const outgoing = openRequest(this.#request, route)
    this.#route = route
    this.#outgoing = outgoing
    // One that stands already needs no time to be made.
    if (!outgoing.reusedSocket) this.#allow(this.#request.connectTimeout)
    outgoing.on('socket', (socket) => this.#onSocket(socket))
    outgoing.on('response', (message) => this.#onResponse(message, route))
    outgoing.on('information', () => this.#onInterim())
    outgoing.on('upgrade', (_answer, socket) => this.#onUpgrade(socket))
    outgoing.on('error', (error) => this.#onError(error))
    // Comes after every other event: nothing may wait for an answer whose connection is gone.
    outgoing.on('close', () => this.#isOver || this.#onError(new Error('the connection closed')))
    const { body } = this.#request
    // Behind the listeners: Node may throw here, and a request that nobody listens to ends the program when its connection does.
    if (body instanceof ReadableStream) sendStream(outgoing, body, this.#moved).catch((error: unknown) => this.#fail(error))
    else sendBytes(outgoing, body, this.#moved)
  }

  #onSocket(socket: Socket & { secureConnecting?: boolean }): void {
    if (this.#isOver) return
    // A refresh behind must not hold a program that has ended; who waits for an answer holds it in another way. A mock has no such handle.
    socket.unref?.()
    if (socket.connecting || socket.secureConnecting) this.#awaitConnection(socket)
    else {
      this.#receivedBefore = socket.bytesRead
      this.#onConnection()
    }
  }

  #awaitConnection(socket: Socket): void {
    const { protocol, hostname } = this.#request.url
    this.#isResolved = isAddress(hostname)
    socket.once('lookup', () => {
      this.#isResolved = true
    })
    socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => this.#onConnection())
  }

  #onConnection(): void {
    if (this.#phase !== 'connect' || this.#isOver) return
    this.#phase = 'head'
    this.#moved()
  }

  /** What is being sent cannot be answered yet. */
  readonly #moved = (): void => {
    if (this.#phase === 'head' && !this.#isOver) this.#allow(this.#request.headersTimeout)
  }

  #onInterim(): void {
    this.#interim += 1
    if (this.#interim > MOST_INTERIM) this.#fail(new TransportFailure('PROTOCOL', `more than ${MOST_INTERIM} interim answers`))
  }

  #onUpgrade(socket: { destroy(): unknown }): void {
    socket.destroy()
    this.#fail(
      new TransportFailure('PROTOCOL', 'the origin changed to a protocol that nobody offered (101)', { transient: false }),
    )
  }

  #onResponse(message: IncomingMessage, { agent }: Route): void {
    if (this.#isOver) return
    try {
      const answer = this.#take(message)
      const said = headerOf(answer.headers, 'keep-alive')
      if (said !== undefined) agent.announced(message.socket, said)
      this.#answer.resolve(answer)
    } catch (error) {
      this.#fail(error)
    }
  }

  #take(message: IncomingMessage): WireResponse {
    const [status, statusText] = [message.statusCode ?? 0, message.statusMessage ?? ''] // nock 13 says null.
    refuseUnknown(status)
    const headers = headersOf(message.rawHeaders)
    const framing = framingOf(headers, this.#request.method, status)
    this.#timer?.cancel()
    this.#phase = 'body'
    this.#message = message
    message.on('error', (error) => this.#fail(error))
    const body = new WireBody(message, () => this.#finish())
    this.#body = body
    // Its end is known already, so nothing that a sloppy origin sends behind it can spoil it.
    if (framing === 'none') body.skip()
    onFalseEnd(message, framing, () => this.#fail(new Error('the connection broke')))
    return { status, statusText, headers, framing, decoded: isEmpty(framing, headers), body, discard: () => body.discard() }
  }

  #onError(error: Error & { code?: string }): void {
    // A whole answer may lie here unread when its connection ends. Bytes behind its end (HPE_*) are another matter: then the
    // length that it declared was wrong.
    if (this.#message?.complete && !error.code?.startsWith('HPE_')) return
    this.#fail(error)
  }

  #allow(ms: number): void {
    this.#timer?.cancel()
    this.#timer = ms === Infinity ? undefined : allow(this.#clock, ms, () => this.#late(ms))
  }

  #late(ms: number): void {
    if (this.#phase === 'head' && isAwaitingMore(this.#outgoing)) this.#allow(ms)
    else this.#fail(lateness(ms, this.#isResolved ? this.#phase : 'lookup'))
  }

  #fail(error: unknown): void {
    if (this.#isOver) return
    const failure = failureFrom(error, this.#phase)
    if (this.#body) this.#body.break(failure)
    else this.#answer.reject(failure)
    this.#drop()
  }

  #drop(): void {
    this.#finish()
    this.#outgoing?.destroy()
    if (this.#outgoing) this.#route?.agent.left(this.#outgoing)
  }

  #finish(): void {
    this.#isOver = true
    this.#timer?.cancel()
    this.#request.signal.removeEventListener('abort', this.#abort)
    // Behind a whole answer Node sends no more of a stream, and lets go of neither it nor its connection.
    if (this.#request.body instanceof ReadableStream && !this.#outgoing?.writableEnded) this.#outgoing?.destroy()
  }
}
