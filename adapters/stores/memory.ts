import { isBytes } from '../../src/model/bytes.ts'
import { type Clock, systemClock } from '../../src/model/clock.ts'
import type { Size } from '../../src/model/size.ts'
import type { Lease, LiveRecords, SetOptions, Store, StoreEntry } from '../../src/model/store.ts'
import { refuseTooLarge, storeClosed, storeFailure } from './failures.ts'
import { isMark } from './key-group.ts'
import { MemoryLeases } from './memory/leases.ts'
import { type RecordOf, RecordsInOrderOfUse, type Shelf } from './memory/records.ts'
import { readSize, refuseUnknown } from './options.ts'

export interface MemoryOptions {
  /** Bytes of all that is kept, with about 200 for each record. Beyond it the least recently used goes. Default '64MB'. */
  maxBytes?: Size
  /** Bytes of the largest value kept. Default '8MB'. */
  maxEntryBytes?: Size
  /** The most records kept. Default: no limit but `maxBytes`. */
  maxItems?: number
  /** Decides when a lease or an `expires` has run out. Default: the machine's own. */
  clock?: Clock
}

interface Settings {
  readonly maxBytes: number
  readonly maxEntryBytes: number
  readonly maxItems: number
  readonly clock: Clock
}

type Evicted = (evicted: { key: string; bytes: number; record?: object }) => void

/**
 * A store in this process: one order of use, least recently used first to go, bounded by bytes.
 *
 * `live` keeps decoded records as the objects that they are, and is asked synchronously; bytes are copied on their way in and out.
 *
 * @throws TypeError on an unknown or wrong option.
 */
export function memory(options: MemoryOptions = {}): Store {
  return new MemoryStore(readOptions(options))
}

function readOptions(options: MemoryOptions): Settings {
  refuseUnknown('memory', options, ['maxBytes', 'maxEntryBytes', 'maxItems', 'clock'])
  const { maxItems = Number.POSITIVE_INFINITY, clock = systemClock } = options
  if (typeof maxItems !== 'number' || !(maxItems >= 1)) {
    throw new TypeError(`memory.maxItems: ${JSON.stringify(maxItems)} is not a number of records. Give 1 or more.`)
  }
  return {
    maxBytes: readSize(options.maxBytes, 'memory.maxBytes', '64MB'),
    maxEntryBytes: readSize(options.maxEntryBytes, 'memory.maxEntryBytes', '8MB'),
    maxItems,
    clock,
  }
}

class MemoryStore implements Store {
  readonly name = 'memory'
  readonly durable = false
  readonly shared = false
  readonly remote = false
  readonly maxEntryBytes: number
  readonly live: LiveRecords
  readonly #settings: Settings
  readonly #records: RecordsInOrderOfUse
  readonly #values: Shelf<Uint8Array>
  readonly #leases: MemoryLeases
  readonly #listeners: Evicted[] = []
  #closed = false

  constructor(settings: Settings) {
    this.#settings = settings
    this.maxEntryBytes = Math.min(settings.maxEntryBytes, settings.maxBytes)
    this.#records = new RecordsInOrderOfUse(settings, ({ key, bytes, value }) => {
      const told = isBytes(value) ? { key, bytes } : { key, bytes, record: value as object }
      for (const listener of this.#listeners) listener(told)
    })
    this.#values = this.#records.shelf()
    this.live = this.#liveRecords(this.#records.shelf())
    this.#leases = new MemoryLeases(settings.clock)
  }

  #liveRecords(shelf: Shelf<object>): LiveRecords {
    return {
      get: (key) => shelf.get(key)?.value,
      set: (key, value, bytes, kept = 'while-used') => {
        const put = (how: typeof kept): boolean => shelf.set(key, value, { bytes, expires: undefined, kept: how })
        const fits = !this.#closed && bytes <= this.maxEntryBytes && (put(kept) || (kept === 'always' && put('while-used')))
        // What was there before is out of date in any case.
        if (!fits) shelf.delete(key)
      },
      delete: (key) => shelf.delete(key),
      peek: (key) => shelf.peek(key)?.value,
      keys: () => shelf.keys(),
      beforeChange: (told) => this.#records.beforeChange(told),
    }
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    this.#assertOpen()
    return this.#current(key)?.value.slice()
  }

  glance(keys: readonly string[]): (Uint8Array | undefined)[] | undefined {
    return this.#closed ? undefined : keys.map((key) => this.#current(key)?.value.slice())
  }

  async getMany(keys: string[]): Promise<(Uint8Array | undefined)[]> {
    this.#assertOpen()
    return keys.map((key) => this.#current(key)?.value.slice())
  }

  async set(key: string, value: Uint8Array, options: SetOptions = {}): Promise<void> {
    const { expires, fence } = options
    return this.setMany([{ key, value, ...(expires !== undefined && { expires }) }], fence === undefined ? {} : { fence })
  }

  async setMany(entries: StoreEntry[], options: { fence?: Lease } = {}): Promise<void> {
    this.#assertOpen()
    this.#leases.check(options.fence)
    refuseTooLarge(this, entries)
    for (const { key, value, expires } of entries) {
      // `slice` of a Buffer would share its memory.
      const copy = new Uint8Array(value)
      const kept = isMark(key) ? 'always' : 'while-used'
      if (!this.#values.set(key, copy, { bytes: copy.length, expires, kept })) {
        throw storeFailure(`memory: ${key} has ${value.length} bytes and maxBytes is ${this.#settings.maxBytes}`)
      }
    }
  }

  async delete(keys: string[], options: { fence?: Lease } = {}): Promise<void> {
    this.#assertOpen()
    this.#leases.check(options.fence)
    for (const key of keys) this.#values.delete(key)
  }

  /** Sorts the keys under `prefix` at each call. */
  async *keys(prefix: string, options: { after?: string; limit?: number } = {}): AsyncGenerator<string> {
    this.#assertOpen()
    const { after, limit = Number.POSITIVE_INFINITY } = options
    const found: string[] = []
    for (const key of this.#values.keys()) {
      if (key.startsWith(prefix) && (after === undefined || key > after)) found.push(key)
    }
    let left = limit
    for (const key of found.sort()) {
      if (left < 1) return
      // Looked up again: it may have gone while the one before was being used.
      const record = this.#values.peek(key)
      if (record === undefined || this.#hasExpired(record)) continue
      left--
      yield key
    }
  }

  async lease(key: string, ms: number): Promise<Lease | undefined> {
    this.#assertOpen()
    return this.#leases.grant(key, ms)
  }

  onEvict(listener: Evicted): void {
    this.#listeners.push(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#records.clear()
  }

  #current(key: string): RecordOf<Uint8Array> | undefined {
    const record = this.#values.get(key)
    if (record === undefined || !this.#hasExpired(record)) return record
    this.#values.delete(key)
    return undefined
  }

  #hasExpired({ expires }: RecordOf<unknown>): boolean {
    return expires !== undefined && expires <= this.#settings.clock.now()
  }

  #assertOpen(): void {
    if (this.#closed) throw storeClosed(this.name)
  }
}
