import type { Clock } from '../../../src/model/clock.ts'
import type { CompareOptions, KnownValue, Lease, SetOptions, Store, StoreEntry } from '../../../src/model/store.ts'
import { fenced, refuseTooLarge, storeFailure } from '../failures.ts'
import { wholeEnd } from '../options.ts'
import type { Command, Word } from './client.ts'
import type { Given } from './given.ts'
import { Layout } from './layout.ts'
import { RedisLease, RedisLeases } from './leases.ts'
import { Listing, nameOf } from './listing.ts'
import { RedisNews } from './news.ts'
import { DELETE, type Script, WRITE, WRITE_WHERE } from './scripts.ts'
import { Server } from './server.ts'

interface RedisSettings {
  readonly shared: boolean
  readonly maxEntryBytes: number
  readonly prefix: string
  readonly clock: Clock
  readonly random: () => number
}

export class OneRedis implements Store {
  readonly name = 'redis'
  readonly durable = true
  readonly shared: boolean
  readonly remote = true
  readonly maxEntryBytes: number
  readonly #server: Server
  readonly #layout: Layout
  readonly #leases: RedisLeases
  readonly #listing: Listing
  readonly #news: RedisNews

  constructor(given: Given, { shared, maxEntryBytes, prefix, clock, random }: RedisSettings) {
    this.shared = shared
    this.maxEntryBytes = maxEntryBytes
    this.#layout = new Layout(prefix, given.topology)
    this.#server = new Server(given, { clock, random, answered: () => this.#news.begin() })
    this.#news = new RedisNews({ server: this.#server, given, channel: this.#layout.news, clock, random })
    this.#leases = new RedisLeases(this.#server, this.#layout)
    this.#listing = new Listing(this.#server, this.#layout)
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const place = this.#layout.value(key)
    return bytesOf((await this.#server.ask(place, ['GET', place])) as Buffer | null)
  }

  async getMany(keys: string[]): Promise<(Uint8Array | undefined)[]> {
    this.#server.assertOpen()
    if (this.#layout.parts.length === 1) return this.#valuesOf(keys)
    const values = keys.map((): Uint8Array | undefined => undefined)
    const parts = this.#layout.split(keys, (key) => key)
    await Promise.all(
      parts.map(async ([, there]) => {
        const answers = await this.#valuesOf(there.map(({ item }) => item))
        for (const [n, { place }] of there.entries()) values[place] = answers[n]
      }),
    )
    return values
  }

  /** Of one server. */
  async #valuesOf(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const places = keys.map((key) => this.#layout.value(key))
    const [first] = places
    if (first === undefined) return []
    const answers = (await this.#server.ask(first, ['MGET', ...places])) as (Buffer | null)[]
    return answers.map(bytesOf)
  }

  async set(key: string, value: Uint8Array, { expires, fence }: SetOptions = {}): Promise<void> {
    return this.setMany([{ key, value, ...(expires !== undefined && { expires }) }], fence === undefined ? {} : { fence })
  }

  async setMany(entries: StoreEntry[], { fence }: { fence?: Lease } = {}): Promise<void> {
    this.#server.assertOpen()
    refuseTooLarge(this, entries)
    const isAsked = entries.length === 0 && fence !== undefined
    const parts = isAsked ? ([[this.#layout.partOf(fence.key), []]] as const) : this.#layout.split(entries, ({ key }) => key)
    const writes = parts.map(([part, there]): Promise<unknown> => {
      const values = there.map(({ item }) => item)
      return fence === undefined ? this.#write(part, values) : this.#fenced(WRITE, { part, ...asked(values), fence })
    })
    await Promise.all(writes)
  }

  /** In a cluster all keys are of one subject, as under a fence. */
  async compareAndSet({ key, value }: KnownValue, entries: StoreEntry[], options: CompareOptions = {}): Promise<boolean> {
    this.#server.assertOpen()
    refuseTooLarge(this, entries)
    const part = this.#layout.partOf(key)
    const stray = entries.find((entry) => this.#layout.partOf(entry.key) !== part)
    if (stray !== undefined)
      throw storeFailure(`redis: in a cluster ${key} is compared only for keys of its subject, not for ${stray.key}`)
    const { keys, words } = asked(entries)
    const { fence } = options
    const isLast = fence !== undefined && options.release === true
    const known = value === undefined ? ['', ''] : ['known', Buffer.from(value)]
    const where = { part, keys: [key, ...keys], words: [...known, isLast ? 'last' : '', ...words], fence }
    const isSet = (await this.#fenced(WRITE_WHERE, where)) === 1
    if (isSet && isLast && fence instanceof RedisLease) fence.isGivenBack = true
    return isSet
  }

  async delete(keys: string[], { fence }: { fence?: Lease } = {}): Promise<void> {
    this.#server.assertOpen()
    const parts = this.#layout.split(keys, (key) => key)
    await Promise.all(
      parts.map(([part, there]) => {
        const gone = there.map(({ item }) => item)
        return this.#fenced(DELETE, { part, keys: gone, words: gone.map(nameOf), fence })
      }),
    )
  }

  async *keys(prefix: string, options: { after?: string; limit?: number } = {}): AsyncGenerator<string> {
    yield* this.#listing.keys(prefix, options.after, options.limit ?? Number.POSITIVE_INFINITY)
  }

  async lease(key: string, ms: number): Promise<Lease | undefined> {
    return this.#leases.grant(key, ms)
  }

  tell(word: string): void {
    this.#news.tell(word)
  }

  listen(listener: (word: string) => void): () => void {
    return this.#news.listen(listener)
  }

  close(): Promise<void> {
    this.#news.close()
    return this.#server.close()
  }

  /** In one step, and not by a script: Lua copies what it is given, which makes a megabyte four times as slow. */
  async #write(part: string, entries: readonly StoreEntry[]): Promise<void> {
    const index = this.#layout.index(part)
    const commands = entries.flatMap(({ key, value, expires }): Command[] => {
      const end = endOf(expires)
      const set = ['SET', this.#layout.value(key), Buffer.from(value), ...(end === '' ? [] : ['PXAT', end])]
      return [['ZADD', index, '0', nameOf(key)], set]
    })
    await this.#server.together(index, commands)
  }

  /** What the script says, where it was not that the fence is of the past. */
  async #fenced(script: Script, { part, keys, words, fence }: Fenced): Promise<number> {
    const may = this.#leases.fence(part, fence)
    const values = keys.map((key) => this.#layout.value(key))
    const said = Number(
      await this.#server.run(script, [this.#layout.index(part), ...may.keys, ...values], [...may.words, ...words]),
    )
    if (fence !== undefined && said === 0) throw fenced(fence)
    return said
  }
}

interface Fenced {
  readonly part: string
  readonly keys: readonly string[]
  readonly words: readonly Word[]
  readonly fence: Lease | undefined
}

/** What a script is asked to write: each key, and for each its name in the index, the bytes, and when they end. */
const asked = (entries: readonly StoreEntry[]): Pick<Fenced, 'keys' | 'words'> => ({
  keys: entries.map(({ key }) => key),
  words: entries.flatMap(({ key, value, expires }) => [nameOf(key), Buffer.from(value), endOf(expires)]),
})

/** '' for never. A moment before 1970 is as good as its beginning, and one that Redis cannot count to is never. */
function endOf(expires: number | undefined): string {
  const end = wholeEnd(expires)
  return end === undefined || end > Number.MAX_SAFE_INTEGER ? '' : `${Math.max(1, end)}`
}

/** A small value would keep all alive that came with it from the socket, so it is copied. */
function bytesOf(answer: Buffer | null): Uint8Array | undefined {
  if (answer === null) return undefined
  const { buffer, byteOffset, length } = answer
  return length * 2 < buffer.byteLength ? new Uint8Array(answer) : new Uint8Array(buffer, byteOffset, length)
}
