import type { Clock } from '../../../src/model/clock.ts'
import { storeFailure } from '../failures.ts'
import type { Client } from './client.ts'

/** Milliseconds without an answer after which a connection counts as dead, and another is made. */
const SILENCE = 10_000

/** Milliseconds to the second attempt at a connection, and to each after many. */
const FIRST_PAUSE = 50
const LONGEST_PAUSE = 2_000

/** The way to a client that can be asked. */
export interface Connection {
  client(): Client | Promise<Client>
  /** Asked from `busy` until `idle`: an answer is being waited for. */
  busy(): void
  idle(): void
  drop(): void
}

/**
 * A client of ours: made at the first call, and anew at the first call after it was lost, with growing pauses while that fails. One that has
 * left a call without an answer for long is given up, with all that waits for it: a network that swallows everything looks like that.
 *
 * It keeps the process alive while an answer is awaited, and not otherwise (a cluster or sentinels do: their clients offer no way).
 */
export class OwnConnection implements Connection {
  readonly #make: () => Promise<Client>
  readonly #clock: Clock
  #client: Client | undefined
  #attempt: Promise<Client> | undefined
  #failures = 0
  #failure: unknown
  /** Monotonic milliseconds. */
  #nextAttempt = 0
  #watch: { cancel(): void } | undefined

  constructor(make: () => Promise<Client>, clock: Clock) {
    this.#make = make
    this.#clock = clock
  }

  client(): Client | Promise<Client> {
    const client = this.#client
    if (client !== undefined && this.#attempt === undefined && isUp(client)) return client
    return (this.#attempt ??= this.#connect())
  }

  busy(): void {
    this.#client?.ref?.()
    this.#watch ??= this.#clock.setTimeout(() => this.drop(), SILENCE)
  }

  idle(): void {
    this.#client?.unref?.()
    this.#watch?.cancel()
    this.#watch = undefined
  }

  /** All that waits for it rejects. */
  drop(): void {
    const client = this.#client
    this.#client = undefined
    this.#attempt = undefined
    this.#watch?.cancel()
    this.#watch = undefined
    if (client !== undefined) end(client)
  }

  async #connect(): Promise<Client> {
    try {
      if (this.#clock.monotonic() < this.#nextAttempt) throw this.#failure
      if (this.#client !== undefined) end(this.#client)
      const client = await this.#make()
      // A failure of the connection is told by the calls that it fails.
      client.on('error', (error) => {
        this.#failure = error
      })
      this.#client = client
      await client.connect()
      this.#failures = 0
      return client
    } catch (error) {
      if (error !== this.#failure || this.#clock.monotonic() >= this.#nextAttempt) this.#failed(error)
      throw error
    } finally {
      this.#attempt = undefined
    }
  }

  #failed(error: unknown): void {
    this.#failure = error
    this.#nextAttempt = this.#clock.monotonic() + Math.min(FIRST_PAUSE * 2 ** this.#failures++, LONGEST_PAUSE)
  }
}

/** A client of the caller's, who closes it. It is connected where nobody has done so yet. */
export class BorrowedConnection implements Connection {
  readonly #client: Client
  #attempt: Promise<Client> | undefined
  #listens = false
  // Without a listener a lost connection would end the program; it is told by the calls that it fails.
  readonly #heard = (): void => undefined

  constructor(client: Client) {
    this.#client = client
  }

  client(): Client | Promise<Client> {
    if (!this.#listens) this.#client.on('error', this.#heard)
    this.#listens = true
    if (!this.#client.isOpen) return (this.#attempt ??= this.#connect())
    // Its own queue for such times would hold what the caller has long given up.
    if (this.#attempt === undefined && !isUp(this.#client)) throw storeFailure('redis: the client is not connected at the moment')
    return this.#attempt ?? this.#client
  }

  busy(): void {}

  idle(): void {}

  drop(): void {
    this.#client.off('error', this.#heard)
  }

  async #connect(): Promise<Client> {
    try {
      await this.#client.connect()
      return this.#client
    } finally {
      this.#attempt = undefined
    }
  }
}

/** Where a client cannot say whether it is ready (a cluster of node-redis 5), being open is all that is known. */
function isUp(client: Client): boolean {
  return client.isReady ?? client.isOpen
}

function end(client: Client): void {
  // What has ended by itself refuses to end once more, by throwing or by a rejection.
  Promise.try(() => client.destroy()).catch(() => undefined)
}
