import type {
  BodyFiles,
  CompareOptions,
  KnownValue,
  Lease,
  ReadOptions,
  SetOptions,
  Store,
  StoreEntry,
} from '../../../src/model/store.ts'
import { storeClosed, storeReadOnly } from '../failures.ts'
import { bodiesOf } from './bodies-of.ts'
import { explained } from './faults.ts'
import { IN_MEMORY } from './in-memory.ts'
import { letPass } from './letting-pass.ts'
import type { Open } from './open.ts'
import type { Patience } from './patience.ts'
import type { Evicted } from './runtime.ts'
import { SqliteLease } from './sqlite-lease.ts'
import type { Write } from './transactions.ts'

export interface Settings {
  readonly file: string
  /** The same, whatever the program's working directory becomes. */
  readonly path: string
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
  readonly glance: NonNullable<Store['glance']> = (keys) => this.#ready()?.runtime.glance(keys)
  readonly stamp: NonNullable<Store['stamp']> = () => this.#ready()?.runtime.changes.stamp()
  readonly #settings: Settings
  readonly #listeners: Evicted[] = []
  readonly #tell: Evicted = (evicted) => {
    for (const listener of this.#listeners) listener(evicted)
  }
  #open: Open | undefined
  #opening: Promise<Open> | undefined
  #closing: Promise<void> | undefined

  constructor(settings: Settings) {
    this.#settings = settings
    this.durable = settings.file !== IN_MEMORY
    this.readOnly = settings.readOnly
    this.maxEntryBytes = settings.maxEntryBytes
    if (this.durable) this.bodies = bodiesOf(this.#opened.bind(this), this.#openedToWrite.bind(this))
  }

  async open(): Promise<void> {
    await this.#opened()
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const { runtime } = this.#ready() ?? (await this.#opened())
    return letPass(await runtime.get(key))
  }

  async getMany(keys: string[], { recency }: ReadOptions = {}): Promise<(Uint8Array | undefined)[]> {
    const { runtime } = this.#ready() ?? (await this.#opened())
    const seen = runtime.glance(keys, recency) ?? (await Promise.all(keys.map(async (key) => runtime.get(key, recency))))
    return letPass(seen)
  }

  async set(key: string, value: Uint8Array, { expires, fence }: SetOptions = {}): Promise<void> {
    return this.#put([{ key, value, ...(expires !== undefined && { expires }) }], fence)
  }

  async setMany(entries: StoreEntry[], options: { fence?: Lease } = {}): Promise<void> {
    return this.#put(entries, options.fence)
  }

  async compareAndSet(known: KnownValue, entries: StoreEntry[], options: CompareOptions = {}): Promise<boolean> {
    const copies = copied(entries)
    const { runtime, works } = this.#readyToWrite() ?? (await this.#openedToWrite())
    const isSet = await runtime.write(works.putWhere(known, copies, options))
    if (isSet && options.release === true && options.fence instanceof SqliteLease) options.fence.isGivenBack = true
    return isSet
  }

  async #put(entries: StoreEntry[], fence: Lease | undefined): Promise<void> {
    const copies = copied(entries)
    const { runtime, works } = this.#readyToWrite() ?? (await this.#openedToWrite())
    const done = runtime.write(works.put(copies, fence))
    if (fence !== undefined) return done
    return runtime.waiting.during(
      copies.map(({ key, value, expires }) => [key, { value, expires }] as const),
      done,
    )
  }

  async delete(keys: string[], { fence }: { fence?: Lease } = {}): Promise<void> {
    const { runtime, works } = this.#readyToWrite() ?? (await this.#openedToWrite())
    const done = runtime.write(works.remove(keys, fence))
    if (fence !== undefined) return done
    return runtime.waiting.during(
      keys.map((key) => [key, { value: undefined, expires: undefined }] as const),
      done,
    )
  }

  async *keys(prefix: string, options: { after?: string; limit?: number } = {}): AsyncGenerator<string> {
    const { runtime, works } = await this.#opened()
    yield* works.listKeys(runtime, prefix, { ...options, now: () => this.#settings.patience.clock.now() })
  }

  async lease(key: string, ms: number): Promise<Lease | undefined> {
    const generation = await this.#write((works) => works.grant(key, ms))
    return generation === undefined ? undefined : new SqliteLease(key, generation, (write) => this.#write(write))
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
    const open = this.#open ?? (await this.#opening?.catch(() => undefined))
    this.#open = undefined
    if (open !== undefined) await this.#leave(open)
  }

  async #write<T>(write: (works: Open['works']) => Write<T>): Promise<T> {
    const { runtime, works } = this.#readyToWrite() ?? (await this.#openedToWrite())
    return runtime.write(write(works))
  }

  #openedToWrite(): Open | Promise<Open> {
    if (this.readOnly && this.#closing === undefined) throw storeReadOnly(`sqlite ${this.#settings.file}`)
    return this.#opened()
  }

  #opened(): Open | Promise<Open> {
    if (this.#closing !== undefined) throw storeClosed(`sqlite ${this.#settings.file}`)
    const ready = this.#ready()
    if (ready !== undefined) return ready
    this.#opening ??= this.#openNow().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  /** At once where it is open: a read must not overtake the write that was called before it. */
  #readyToWrite(): Open | undefined {
    return this.readOnly ? undefined : this.#ready()
  }

  #ready(): Open | undefined {
    return this.#open?.runtime.lost === undefined ? this.#open : undefined
  }

  async #openNow(): Promise<Open> {
    const { file, path, maxBytes, patience, readOnly } = this.#settings
    const lost = this.#open
    this.#open = undefined
    if (lost !== undefined) await this.#leave(lost)
    const works = lost?.works ?? (await import('./database.ts'))
    try {
      const runtime = await patience.retry(() =>
        works.acquire({ file, path, maxBytes, patience, mode: readOnly ? 'read' : 'write' }),
      )
      runtime.listeners.add(this.#tell)
      this.#open = { runtime, works }
      return this.#open
    } catch (error) {
      throw explained(file, error)
    }
  }

  async #leave({ runtime, works }: Open): Promise<void> {
    runtime.listeners.delete(this.#tell)
    await works.release(runtime)
  }
}
