import type { BodyFiles, KnownValue, Lease, ReadOptions, SetOptions, Store, StoreEntry } from '../../../src/model/store.ts'
import { storeClosed, storeReadOnly } from '../failures.ts'
import { explained } from './faults.ts'
import { extend, grant, release as releaseLease } from './leases.ts'
import { letPass } from './letting-pass.ts'
import { listKeys } from './listing.ts'
import type { Patience } from './patience.ts'
import { IN_MEMORY } from './place.ts'
import { acquire, release } from './registry.ts'
import type { Evicted, Runtime } from './runtime.ts'
import type { Write } from './transactions.ts'
import { put, putWhere, remove } from './values.ts'

export interface Settings {
  readonly file: string
  readonly maxBytes: number
  readonly maxEntryBytes: number
  readonly readOnly: boolean
  readonly patience: Patience
}

/** Before the first await: the caller may do with its arrays what it likes. */
const copied = (entries: readonly StoreEntry[]): StoreEntry[] =>
  entries.map((entry) => ({ ...entry, value: new Uint8Array(entry.value) }))

/** One user of a database. The database itself, which others in this process may share, is the runtime. */
export class OneSqlite implements Store {
  readonly name = 'sqlite'
  readonly durable: boolean
  readonly shared = false
  readonly remote = false
  readonly readOnly: boolean
  readonly maxEntryBytes: number
  declare readonly bodies?: BodyFiles
  readonly glance: NonNullable<Store['glance']> = (keys) => this.#ready()?.glance(keys)
  readonly stamp: NonNullable<Store['stamp']> = () => this.#ready()?.changes.stamp()
  readonly #settings: Settings
  readonly #listeners: Evicted[] = []
  readonly #tell: Evicted = (evicted) => {
    for (const listener of this.#listeners) listener(evicted)
  }
  #runtime: Runtime | undefined
  #opening: Promise<Runtime> | undefined
  #closing: Promise<void> | undefined

  constructor(settings: Settings) {
    this.#settings = settings
    this.durable = settings.file !== IN_MEMORY
    this.readOnly = settings.readOnly
    this.maxEntryBytes = settings.maxEntryBytes
    if (this.durable) this.bodies = this.#bodies()
  }

  async open(): Promise<void> {
    await this.#opened()
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const runtime = this.#ready() ?? (await this.#opened())
    return letPass(await runtime.get(key))
  }

  async getMany(keys: string[], { recency }: ReadOptions = {}): Promise<(Uint8Array | undefined)[]> {
    const runtime = this.#ready() ?? (await this.#opened())
    const seen = runtime.glance(keys, recency) ?? (await Promise.all(keys.map(async (key) => runtime.get(key, recency))))
    return letPass(seen)
  }

  async set(key: string, value: Uint8Array, { expires, fence }: SetOptions = {}): Promise<void> {
    return this.#put([{ key, value, ...(expires !== undefined && { expires }) }], fence)
  }

  async setMany(entries: StoreEntry[], options: { fence?: Lease } = {}): Promise<void> {
    return this.#put(entries, options.fence)
  }

  async compareAndSet(known: KnownValue, entries: StoreEntry[], { fence }: { fence?: Lease } = {}): Promise<boolean> {
    const change = putWhere(known, copied(entries), fence)
    return (this.#readyToWrite() ?? (await this.#openedToWrite())).write(change)
  }

  async #put(entries: StoreEntry[], fence: Lease | undefined): Promise<void> {
    const copies = copied(entries)
    const runtime = this.#readyToWrite() ?? (await this.#openedToWrite())
    const done = runtime.write(put(copies, fence))
    if (fence !== undefined) return done
    return runtime.waiting.during(
      copies.map(({ key, value, expires }) => [key, { value, expires }] as const),
      done,
    )
  }

  async delete(keys: string[], { fence }: { fence?: Lease } = {}): Promise<void> {
    const runtime = this.#readyToWrite() ?? (await this.#openedToWrite())
    const done = runtime.write(remove(keys, fence))
    if (fence !== undefined) return done
    return runtime.waiting.during(
      keys.map((key) => [key, { value: undefined, expires: undefined }] as const),
      done,
    )
  }

  async *keys(prefix: string, options: { after?: string; limit?: number } = {}): AsyncGenerator<string> {
    const runtime = await this.#opened()
    yield* listKeys(runtime, prefix, { ...options, now: () => this.#settings.patience.clock.now() })
  }

  async lease(key: string, ms: number): Promise<Lease | undefined> {
    const generation = await this.#write(grant(key, ms))
    if (generation === undefined) return undefined
    return {
      key,
      generation,
      extend: (more) => this.#write(extend(key, generation, more)),
      release: () => this.#write(releaseLease(key, generation)),
    }
  }

  onEvict(listener: Evicted): void {
    this.#listeners.push(listener)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    // A call that came before may still be opening it.
    const runtime = this.#runtime ?? (await this.#opening?.catch(() => undefined))
    this.#runtime = undefined
    if (runtime !== undefined) await this.#leave(runtime)
  }

  #bodies(): BodyFiles {
    const files = async () => (await this.#opened()).files
    const writable = async () => (await this.#openedToWrite()).files
    const opened = this.#opened.bind(this)
    return {
      append: async (id, bytes) => (await writable()).append(id, bytes),
      read: async (id, from, to, room) => (await files()).read(id, from, to, room),
      size: async (id) => (await files()).size(id),
      delete: async (ids) => (await writable()).delete(ids),
      ids: async function* () {
        yield* (await opened()).files.ids()
      },
    }
  }

  async #write<T>(write: Write<T>): Promise<T> {
    return (this.#readyToWrite() ?? (await this.#openedToWrite())).write(write)
  }

  #openedToWrite(): Runtime | Promise<Runtime> {
    if (this.readOnly && this.#closing === undefined) throw storeReadOnly(`sqlite ${this.#settings.file}`)
    return this.#opened()
  }

  #opened(): Runtime | Promise<Runtime> {
    if (this.#closing !== undefined) throw storeClosed(`sqlite ${this.#settings.file}`)
    const ready = this.#ready()
    if (ready !== undefined) return ready
    this.#opening ??= this.#openNow().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  /** At once where it is open: a read must not overtake the write that was called before it. */
  #readyToWrite(): Runtime | undefined {
    return this.readOnly ? undefined : this.#ready()
  }

  #ready(): Runtime | undefined {
    return this.#runtime?.lost === undefined ? this.#runtime : undefined
  }

  async #openNow(): Promise<Runtime> {
    const { file, maxBytes, patience, readOnly } = this.#settings
    const lost = this.#runtime
    this.#runtime = undefined
    if (lost !== undefined) await this.#leave(lost)
    try {
      const runtime = await patience.retry(() => acquire({ file, maxBytes, patience, mode: readOnly ? 'read' : 'write' }))
      runtime.listeners.add(this.#tell)
      this.#runtime = runtime
      return runtime
    } catch (error) {
      throw explained(file, error)
    }
  }

  async #leave(runtime: Runtime): Promise<void> {
    runtime.listeners.delete(this.#tell)
    await release(runtime)
  }
}
