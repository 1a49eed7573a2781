import type { Clock } from '../../../src/model/clock.ts'
import { storeClosed } from '../failures.ts'
import { type Client, send, servers, type Word } from './client.ts'
import { BorrowedConnection, type Connection, OwnConnection } from './connection.ts'
import { explained, wordsOf } from './faults.ts'
import type { Given } from './given.ts'
import type { Script } from './scripts.ts'
import type { Secrets } from './secrets.ts'

/** Milliseconds that close waits for answers. */
const FAREWELL = 1_000

/** Redis as the store sees it: commands and scripts that are answered, or fail with STORE and without a secret. */
export class Server {
  readonly #connection: Connection
  readonly #secrets: Secrets
  readonly #clock: Clock
  #waiting = 0
  #closed = false
  #quiet: () => void = () => undefined

  constructor({ from, secrets }: Given, clock: Clock) {
    this.#connection = from.whose === 'theirs' ? new BorrowedConnection(from.client) : new OwnConnection(from.make, clock)
    this.#secrets = secrets
    this.#clock = clock
  }

  /** Asks the server that has this key. */
  ask(key: string, command: readonly Word[]): Promise<unknown> {
    return this.#awaited((client) => send(client, key, command))
  }

  /** One server at a time, each as a function that asks it. */
  everywhere(run: (ask: (command: readonly Word[]) => Promise<unknown>) => Promise<void>): Promise<unknown> {
    return this.#awaited(async (client) => {
      for (const server of await servers(client)) await run(server)
    })
  }

  /** All keys are on one server. A server that has not seen the script, or has been restarted, is given its text. */
  run(script: Script, keys: readonly string[], words: readonly Word[]): Promise<unknown> {
    const [first = ''] = keys
    const rest = [`${keys.length}`, ...keys, ...words]
    return this.#awaited(async (client) => {
      try {
        return await send(client, first, ['EVALSHA', script.sha, ...rest])
      } catch (error) {
        if (!wordsOf(error).startsWith('NOSCRIPT')) throw error
        return send(client, first, ['EVAL', script.text, ...rest])
      }
    })
  }

  assertOpen(): void {
    if (this.#closed) throw storeClosed('redis')
  }

  /** Waits for what has been asked, for a while. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#waiting > 0) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.setTimeout(resolve, FAREWELL)
        this.#quiet = () => {
          timer.cancel()
          resolve()
        }
      })
    }
    this.#connection.drop()
  }

  async #awaited(ask: (client: Client) => Promise<unknown>): Promise<unknown> {
    this.assertOpen()
    if (this.#waiting++ === 0) this.#connection.busy()
    try {
      return await ask(await this.#connection.client())
    } catch (error) {
      throw explained(error, this.#secrets)
    } finally {
      if (--this.#waiting === 0) {
        this.#connection.idle()
        this.#quiet()
      }
    }
  }
}
