import { type Client, end, isUp } from './client.ts'
import type { Connection, Lost } from './connection.ts'

/**
 * A client of the caller's, who says how it connects again and who closes it. Where nobody has connected it yet, that is done here, and undone
 * in the end. Calls are not put into its own queue for the time without a connection: their callers would long have given them up.
 */
export class BorrowedConnection implements Connection {
  readonly #client: Client
  readonly #heard: Lost
  #listens = false
  #attempt: Promise<Client> | undefined
  /** Whose connection it is: known at the first call. */
  #connectedBy: 'us' | 'them' | undefined
  #trouble: { readonly why: unknown } | undefined

  constructor(client: Client, lost: Lost) {
    this.#client = client
    this.#heard = (why) => {
      // A cluster tells of the trouble of each of its servers, and goes on with the others.
      if (isUp(client) && this.#attempt === undefined) return
      this.#trouble = { why }
      lost(why)
    }
  }

  client(): Client | Promise<Client> {
    if (!this.#listens) this.#client.on('error', this.#heard)
    this.#listens = true
    this.#connectedBy ??= this.#client.isOpen ? 'them' : 'us'
    if (this.#attempt === undefined && isUp(this.#client)) return this.#client
    if (!this.#client.isOpen && this.#connectedBy === 'us') this.#attempt ??= this.#connect()
    if (this.#attempt !== undefined && this.#trouble === undefined) return this.#attempt
    if (!this.#client.isOpen && this.#attempt === undefined) throw new Error('the client has been closed by its owner')
    if (this.#trouble !== undefined) throw this.#trouble.why
    throw new Error('the client is not connected at the moment')
  }

  /** Their process, their client. */
  hold(): void {}

  gaveUp(): void {}

  outdated(): void {}

  close(): void {
    if (this.#connectedBy === 'us') end(this.#client)
    else this.#client.off('error', this.#heard)
  }

  async #connect(): Promise<Client> {
    this.#trouble = undefined
    try {
      await this.#client.connect()
      return this.#client
    } finally {
      this.#attempt = undefined
      this.#trouble = undefined
    }
  }
}
