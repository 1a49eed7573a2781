import { type Clock, systemClock } from '../../src/model/clock.ts'
import type { Lease, SetOptions, Store, StoreEntry } from '../../src/model/store.ts'
import { storeClosed, storeFailure } from './failures.ts'
import { quoted, unquoted } from './keyv/envelope.ts'
import { gathered } from './keyv/gathered.ts'
import { Overlaps } from './keyv/overlaps.ts'
import { inOrder, opened, partKeys } from './keyv/parts.ts'
import { Reports } from './keyv/reports.ts'
import { canIterate, type EndForm, endFormOf, endGiven, isInMemory, isKeyv, type KeyvLike, outspoken } from './keyv/shape.ts'
import { refuseUnknown, wholeEnd } from './options.ts'

export interface KeyvOptions {
  /** In events and in `Cache-Status`. Default 'keyv'. */
  name?: string
  /** Outlives the process. Default: true, unless it is over a Map. */
  durable?: boolean
  /** Read by others than this user. Default: true, unless it is over a Map. */
  shared?: boolean
  /** Reached over a network, so written behind and given 250 ms. Default: true, unless it is over a Map. */
  remote?: boolean
  /** Decides when an `expires` has run out. Default: the machine's own. */
  clock?: Clock
}

/** Milliseconds from where on memcached takes an end for a moment of 1970, and has nothing: there the envelope alone decides. */
const FAR = 30 * 24 * 3_600_000

/**
 * Any Keyv 5 or 6, or one of their storage adapters, as a store. The slower road: bytes go as base64 in a checked envelope, and each
 * write is read back, since a `true` of Keyv does not mean stored (Keyv 5 over a full Redis says so to each write). A write costs a read more.
 * What would be longer than 1 MB, which is where memcached ends, goes in parts under keys of their own.
 *
 * It has no leases, so of what two instances say of one entry at the same moment one may overwrite the other. `keys` gathers all keys,
 * where the back end has an iterator, and rejects where it has none. The Keyv stays the caller's: `close` lets go of it and does not disconnect it.
 *
 * @throws TypeError on what is no Keyv, and on an unknown or wrong option.
 */
export function keyv(keyv: object, options: KeyvOptions = {}): Store {
  if (keyv instanceof Map) throw new TypeError('keyv: a Map is no Keyv. Give new Keyv({ store: map }), or take memory()')
  if (!isKeyv(keyv)) throw new TypeError('keyv: this is no Keyv. Give a Keyv, or one of its storage adapters')
  refuseUnknown('keyv', options, ['name', 'durable', 'shared', 'remote', 'clock'])
  const { name = 'keyv', clock = systemClock } = options
  if (typeof name !== 'string' || name === '') throw new TypeError(`keyv.name: ${JSON.stringify(name)} is no name`)
  const apart = !isInMemory(keyv)
  const facts = { durable: options.durable ?? apart, shared: options.shared ?? apart, remote: options.remote ?? apart }
  for (const [option, value] of Object.entries(facts)) {
    if (typeof value !== 'boolean') throw new TypeError(`keyv.${option}: ${JSON.stringify(value)} is neither true nor false`)
  }
  return new KeyvStore(keyv, { ...facts, name, clock })
}

interface Written {
  readonly text: string
  readonly expires: number | undefined
  /** What may be found when it is read back: this text, or what another write said at the same moment. */
  readonly said: ReadonlySet<unknown>
}

class KeyvStore implements Store {
  readonly name: string
  readonly durable: boolean
  readonly shared: boolean
  readonly remote: boolean
  readonly #keyv: KeyvLike
  readonly #reports: Reports
  readonly #endForm: EndForm
  readonly #clock: Clock
  readonly #overlaps = new Overlaps()
  #closed = false

  constructor(given: KeyvLike, facts: { name: string; durable: boolean; shared: boolean; remote: boolean; clock: Clock }) {
    this.name = facts.name
    this.durable = facts.durable
    this.shared = facts.shared
    this.remote = facts.remote
    this.#clock = facts.clock
    this.#keyv = outspoken(given)
    this.#reports = new Reports(given)
    this.#endForm = endFormOf(given)
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const found = await opened(key, await this.#read(key), (name) => this.#read(name))
    if (found === undefined) return undefined
    return found.expires !== undefined && found.expires <= this.#clock.now() ? undefined : found.value
  }

  async getMany(keys: string[]): Promise<(Uint8Array | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key)))
  }

  async set(key: string, value: Uint8Array, { expires, fence }: SetOptions = {}): Promise<void> {
    await this.setMany([{ key, value, ...(expires !== undefined && { expires }) }], fence && { fence })
  }

  async #set(key: string, { text, expires, said }: Written): Promise<void> {
    const end = endGiven(this.#endForm, wholeEnd(expires), this.#clock.now())
    const { answer, reported } = await this.#call('set', () =>
      this.#keyv.set(key, this.#endForm === 'from now' ? text : quoted(text), end),
    )
    if (reported !== undefined) throw this.#failed(`it reported an error while ${key} was written`, reported)
    if (answer === false) throw this.#failed(`it refused to write ${key}`)
    if (said.has(await this.#read(key))) return
    if (end === undefined || end < FAR) throw this.#failed(`it said that ${key} is stored, and does not have it`)
    await this.#set(key, { text, expires: undefined, said })
  }

  async setMany(entries: StoreEntry[], { fence }: { fence?: Lease } = {}): Promise<void> {
    this.#assertWritable(fence)
    for (const some of inOrder(entries)) await Promise.all(some.map((each) => this.#put(each)))
  }

  async #put({ parts, expires }: ReturnType<typeof inOrder>[number][number]): Promise<void> {
    for (const { key, text } of parts) await this.#overlaps.during(key, text, (said) => this.#set(key, { text, expires, said }))
  }

  async delete(keys: string[], { fence }: { fence?: Lease } = {}): Promise<void> {
    this.#assertWritable(fence)
    await Promise.all(
      keys.map(async (key) => {
        const parts = partKeys(key, await this.#read(key))
        await Promise.all(
          [key, ...parts].map((name) => this.#overlaps.during(name, undefined, (said) => this.#delete(name, said))),
        )
      }),
    )
  }

  /** Keyv answers false for what was not there, and for what it could not delete. */
  async #delete(key: string, said: ReadonlySet<unknown>): Promise<void> {
    const { answer, reported } = await this.#call('delete', () => this.#keyv.delete(key))
    if (reported !== undefined) throw this.#failed(`it reported an error while ${key} was deleted`, reported)
    if (answer === false && !said.has(await this.#read(key))) throw this.#failed(`it did not delete ${key}`)
  }

  async *keys(
    prefix: string,
    { after = '', limit = Number.POSITIVE_INFINITY }: { after?: string; limit?: number } = {},
  ): AsyncGenerator<string> {
    this.#assertOpen()
    const { iterator } = this.#keyv
    if (iterator === undefined || !canIterate(this.#keyv))
      throw this.#failed('its back end has no iterator, so its keys cannot be listed')
    const { reported, answer } = await this.#call('iterator', () =>
      gathered(iterator.call(this.#keyv, this.#keyv.namespace), prefix),
    )
    if (reported !== undefined) throw this.#failed('it reported an error while its keys were listed', reported)
    let left = limit
    for (const [key, expires] of answer) {
      if (left < 1) return
      if (key <= after || (expires !== undefined && expires <= this.#clock.now())) continue
      left--
      yield key
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#reports.end()
  }

  async #read(key: string): Promise<unknown> {
    const { answer, reported } = await this.#call('get', () => this.#keyv.get(key))
    const text = unquoted(answer) ?? undefined
    if (text === undefined && reported !== undefined) throw this.#failed(`it reported an error while ${key} was read`, reported)
    return text
  }

  async #call<T>(operation: string, run: () => T | Promise<T>): Promise<{ answer: T; reported: unknown }> {
    this.#assertOpen()
    try {
      return await this.#reports.during(run)
    } catch (error) {
      throw this.#failed(`${operation} failed`, error)
    }
  }

  #assertWritable(fence: Lease | undefined): void {
    if (fence !== undefined) throw this.#failed('it grants no leases, so it cannot check a fence')
    this.#assertOpen()
  }

  #assertOpen(): void {
    if (this.#closed) throw storeClosed(this.name)
  }

  #failed(what: string, cause?: unknown): Error {
    return storeFailure(`${this.name}: ${what}${cause === undefined ? '' : ` (${textOf(cause)})`}`, cause)
  }
}

/** A back end may report anything. */
const textOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason))
