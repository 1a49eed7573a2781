import type { Clock } from '../../../src/model/clock.ts'
import { storeClosed } from '../failures.ts'
import { BorrowedConnection } from './borrowed-connection.ts'
import { type Client, type Command, send, sendTogether, servers, type Word } from './client.ts'
import type { Connection } from './connection.ts'
import { explained, wordsOf } from './faults.ts'
import type { Given } from './given.ts'
import { OwnConnection } from './own-connection.ts'
import type { Script } from './scripts.ts'
import { Waiting } from './waiting.ts'

/** Milliseconds that close waits for answers. */
const FAREWELL = 1_000

/** Redis as the store sees it: commands and scripts that are answered, or fail with STORE and without a secret. */
export class Server {
  readonly #given: Given
  readonly #connection: Connection
  readonly #clock: Clock
  readonly #waiting: Waiting
  #closed = false
  #quiet: () => void = () => undefined
  readonly #answered: () => void

  constructor(given: Given, { clock, random, answered }: { clock: Clock; random: () => number; answered: () => void }) {
    const lost = (why: unknown): void => this.#waiting.rejectAll(why)
    const { from } = given
    this.#given = given
    this.#clock = clock
    this.#answered = answered
    this.#connection =
      from.whose === 'theirs' ? new BorrowedConnection(from.client, lost) : new OwnConnection({ make: from.make, clock, random })
    this.#waiting = new Waiting({
      clock,
      silent: (why) => this.#connection.gaveUp(why),
      turned: (to) => {
        this.#connection.hold(to === 'some' ? 'ref' : 'unref')
        if (to === 'none') this.#quiet()
      },
    })
  }

  /** Asks the server that has this key. */
  ask(key: string, command: Command): Promise<unknown> {
    return this.#asked((client) => send(client, key, command))
  }

  /** All in one step: all keys are on one server. */
  together(key: string, commands: readonly Command[]): Promise<unknown> {
    return this.#asked((client) => sendTogether(client, key, commands))
  }

  /** All keys are on one server. A server that has not seen the script, or was restarted, is given its text. */
  run(script: Script, keys: readonly string[], words: readonly Word[]): Promise<unknown> {
    const [first = ''] = keys
    const rest = [`${keys.length}`, ...keys, ...words]
    return this.#asked(async (client) => {
      try {
        return await send(client, first, ['EVALSHA', script.sha, ...rest])
      } catch (error) {
        if (!wordsOf(error).startsWith('NOSCRIPT')) throw error
        return send(client, first, ['EVAL', script.text, ...rest])
      }
    })
  }

  /** A function for each server that has keys of its own, which asks it. */
  async each(): Promise<((command: Command) => Promise<unknown>)[]> {
    const all = (await this.#asked(servers)) as Awaited<ReturnType<typeof servers>>
    return all.map((ask) => (command) => this.#asked(() => ask(command)))
  }

  assertOpen(): void {
    if (this.#closed) throw storeClosed('redis')
  }

  /** Waits for what has been asked, for a while. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#waiting.some) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.setTimeout(resolve, FAREWELL)
        this.#quiet = () => {
          timer.cancel()
          resolve()
        }
      })
    }
    this.#connection.close()
    this.#waiting.end(storeClosed('redis'))
  }

  #asked(ask: (client: Client) => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.assertOpen()
      const fail = (why: unknown): void => reject(explained(why, this.#given))
      const leave = this.#waiting.enter(fail)
      const failed = (why: unknown): void => {
        leave()
        if (/\b(READONLY|MASTERDOWN)\b/.test(wordsOf(why))) this.#connection.outdated()
        fail(why)
      }
      this.#answer(ask, failed)?.then((answer) => {
        leave()
        this.#answered()
        resolve(answer)
      }, failed)
    })
  }

  /** Undefined: it failed at once. */
  #answer(ask: (client: Client) => Promise<unknown>, failed: (why: unknown) => void): Promise<unknown> | undefined {
    try {
      const client = this.#connection.client()
      return client instanceof Promise ? client.then(ask) : ask(client)
    } catch (error) {
      failed(error)
      return undefined
    }
  }
}
