import type { Clock } from '../../../src/model/clock.ts'
import { type Client, end, heals, hold, isUp } from './client.ts'
import type { Connection } from './connection.ts'

/** Milliseconds for an attempt, with the greeting: a stopped server takes connections and says nothing. */
const ATTEMPT = 5_000

/** Milliseconds to the second attempt, and the most between two; half of it is by chance. */
const FIRST_PAUSE = 50
const LONGEST_PAUSE = 2_000

/** Milliseconds after which a connection counts as one that worked, and its loss as the first failure. */
const LASTING = 1_000

interface OwnFacts {
  readonly make: () => Promise<Client>
  /** What is asked of each new connection before it counts as one. */
  readonly greeted?: (client: Client) => Promise<unknown>
  readonly clock: Clock
  readonly random: () => number
}

/**
 * A client of ours, made at the first call. Where it is lost it is made anew in the background, with growing pauses; meanwhile each call fails
 * at once, with the last failure, and none waits in a queue. Only the first attempt, and the first after a loss, is waited for.
 */
export class OwnConnection implements Connection {
  readonly #facts: OwnFacts
  #client: Client | undefined
  #attempt: Promise<Client> | undefined
  #failure: { readonly why: unknown } | undefined
  #failures = 0
  #retry: { cancel(): void } | undefined
  /** Monotonic milliseconds. */
  #since = 0
  #hold: 'ref' | 'unref' = 'unref'
  #closed = false

  constructor(facts: OwnFacts) {
    this.#facts = facts
  }

  client(): Client | Promise<Client> {
    const client = this.#client
    if (client !== undefined && isUp(client)) return client
    if (client !== undefined) throw new Error('the client is not connected at the moment')
    if (this.#failure !== undefined) throw this.#failure.why
    this.#attempt ??= this.#connect()
    return this.#attempt
  }

  hold(how: 'ref' | 'unref'): void {
    this.#hold = how
    if (this.#client !== undefined) hold(this.#client, how)
  }

  gaveUp(why: Error): void {
    if (this.#client !== undefined && !heals(this.#client)) this.#lost(this.#client, why)
  }

  outdated(): void {
    const client = this.#client
    if (client === undefined || heals(client) || this.#facts.clock.monotonic() - this.#since < LASTING) return
    this.#client = undefined
    this.#failures = 0
    hold(client, 'unref')
    // What it was asked it still answers.
    Promise.try(() => client.close()).catch(() => undefined)
  }

  close(): void {
    this.#closed = true
    this.#retry?.cancel()
    const client = this.#client
    this.#client = undefined
    if (client !== undefined) end(client)
  }

  async #connect(): Promise<Client> {
    let client: Client | undefined
    let heard: unknown
    try {
      client = await this.#facts.make()
      const made = client
      // Without a listener the loss of a connection would end the program.
      made.on('error', (why) => {
        heard = why
        this.#lost(made, why)
      })
      hold(made, this.#hold)
      await this.#greeted(made)
      if (this.#closed) throw new Error('the store was closed while it connected')
      this.#client = made
      this.#since = this.#facts.clock.monotonic()
      this.#failure = undefined
      hold(made, this.#hold)
      return made
    } catch (error) {
      if (client !== undefined) end(client)
      // A cluster rejects with no more than that there is none; the reasons it tells on the way.
      const why = heard === undefined || heard === error ? error : new AggregateError([heard, error])
      this.#tryLater(why)
      throw why
    } finally {
      this.#attempt = undefined
    }
  }

  /** A client that is ended while it connects may leave that unsettled. */
  #greeted(client: Client): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new Error(`the server did not greet within ${ATTEMPT} ms`))
      const timer = this.#facts.clock.setTimeout(late, ATTEMPT)
      client
        .connect()
        .then(() => this.#facts.greeted?.(client))
        .then(resolve, reject)
        .finally(() => timer.cancel())
    })
  }

  /** A cluster and sentinels tell of the loss of one server so, and see to it themselves. */
  #lost(client: Client, why: unknown): void {
    if (client !== this.#client || heals(client)) return
    this.#client = undefined
    // With it ends all that waits for it.
    end(client)
    const { clock } = this.#facts
    if (clock.monotonic() - this.#since < LASTING) {
      this.#tryLater(why)
    } else {
      this.#failures = 0
      this.#tryAgain()
    }
  }

  #tryLater(why: unknown): void {
    if (this.#closed) return
    this.#failure = { why }
    const longest = Math.min(FIRST_PAUSE * 2 ** this.#failures++, LONGEST_PAUSE)
    const pause = (longest * (1 + this.#facts.random())) / 2
    this.#retry = this.#facts.clock.setTimeout(() => this.#tryAgain(), pause)
  }

  #tryAgain(): void {
    if (this.#closed) return
    this.#attempt = this.#connect()
    // Told by each call that it fails.
    this.#attempt.catch(() => undefined)
  }
}
