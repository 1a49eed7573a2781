import { randomUUID } from 'node:crypto'
import type { Clock } from '../../../src/model/clock.ts'
import type { Client } from './client.ts'
import { wordsOf } from './faults.ts'
import type { Given } from './given.ts'
import { OwnConnection } from './own-connection.ts'
import type { Server } from './server.ts'

interface NewsFacts {
  readonly server: Pick<Server, 'ask'>
  readonly given: Given
  readonly channel: string
  readonly clock: Clock
  readonly random: () => number
}

/**
 * Words from one process to all others with the same prefix, by PUBLISH. To hear them takes a connection of its own, made once Redis has
 * answered, and anew where it is lost; nobody waits for it, and it keeps no process alive. Not to a cluster or to sentinels, and not where
 * the client is the caller's: there is no telling how many connections that owner can spare. They tell, and do not hear.
 */
export class RedisNews {
  readonly #facts: NewsFacts
  readonly #listeners = new Set<(word: string) => void>()
  /** What comes back to its own teller is none. */
  readonly #me = randomUUID()
  #connection: OwnConnection | undefined
  #closed = false

  constructor(facts: NewsFacts) {
    this.#facts = facts
  }

  tell(word: string): void {
    const { server, channel } = this.#facts
    // A hint: who misses it finds out by itself, a second later.
    server.ask(channel, ['PUBLISH', channel, `${this.#me} ${word}`]).catch(() => undefined)
  }

  listen(listener: (word: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Redis has answered. */
  begin(): void {
    const { given, clock, random } = this.#facts
    if (this.#connection !== undefined || this.#closed || this.#listeners.size === 0) return
    if (given.from.whose === 'theirs' || !given.hears) return
    const { make } = given.from
    this.#connection = new OwnConnection({ make, clock, random, greeted: (client) => this.#subscribe(client) })
    Promise.try(() => this.#connection?.client()).catch(() => undefined)
  }

  close(): void {
    this.#closed = true
    this.#connection?.close()
  }

  async #subscribe(client: Client): Promise<void> {
    try {
      await client.subscribe?.(this.#facts.channel, (message) => this.#heard(message))
    } catch (error) {
      // Refused is not lost: a user of Redis 7 has no channels unless they are given, and each further connection would hear the same.
      if (!/NOPERM|unknown command/.test(wordsOf(error))) throw error
    }
  }

  #heard(message: string): void {
    const end = message.indexOf(' ')
    if (end === -1 || message.slice(0, end) === this.#me) return
    for (const listener of this.#listeners) listener(message.slice(end + 1))
  }
}
