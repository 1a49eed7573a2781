import type { Clock } from '../../../src/model/clock.ts'
import type { BodyFiles, Lease, ReadOptions, SetOptions, Store, StoreEntry } from '../../../src/model/store.ts'
import { storeClosed, storeReadOnly } from '../failures.ts'
import { explained } from './faults.ts'
import { type Evicted, Runtime } from './runtime.ts'
import { InOrder } from './turns.ts'
import { prepared } from './values.ts'

export interface Settings {
  /** As the user wrote it. */
  readonly dir: string
  readonly path: string
  readonly maxBytes: number
  readonly readOnly: boolean
  readonly clock: Clock
}

/** One user of a folder. Others, in this process or elsewhere, meet it in the files only. */
export class OneFolder implements Store {
  readonly name = 'folder'
  readonly durable = true
  readonly shared = false
  readonly remote = false
  readonly readOnly: boolean
  readonly maxEntryBytes: number
  readonly bodies: BodyFiles
  readonly #settings: Settings
  readonly #order = new InOrder()
  readonly #listeners: Evicted[] = []
  #runtime: Promise<Runtime> | undefined
  #closing: Promise<void> | undefined

  constructor(settings: Settings) {
    this.#settings = settings
    this.readOnly = settings.readOnly
    this.maxEntryBytes = settings.maxBytes
    this.bodies = this.#bodies()
  }

  async open(): Promise<void> {
    await this.#opened()
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#get(key, 'touch')
  }

  async getMany(keys: string[], { recency = 'touch' }: ReadOptions = {}): Promise<(Uint8Array | undefined)[]> {
    await this.#opened()
    return Promise.all(keys.map((key) => this.#get(key, recency)))
  }

  async #get(key: string, recency: 'touch' | 'keep'): Promise<Uint8Array | undefined> {
    const runtime = this.#opened()
    // A read must not overtake the write that was called before it.
    await this.#order.before(key)
    return this.#told('reading', async () => (await runtime).get(key, recency))
  }

  async set(key: string, value: Uint8Array, { expires, fence }: SetOptions = {}): Promise<void> {
    return this.#put([{ key, value, ...(expires !== undefined && { expires }) }], fence)
  }

  async setMany(entries: StoreEntry[], options: { fence?: Lease } = {}): Promise<void> {
    return this.#put(entries, options.fence)
  }

  async #put(entries: StoreEntry[], fence: Lease | undefined): Promise<void> {
    const runtime = this.#openedToWrite()
    // Of a key that is named twice the last one counts.
    const files = [...new Map(entries.map((entry) => [entry.key, prepared(entry)])).values()]
    const keys = files.map(({ key }) => key)
    return this.#order.run(keys, () => this.#told('writing', async () => (await runtime).values.put(files, fence)))
  }

  async delete(keys: string[], { fence }: { fence?: Lease } = {}): Promise<void> {
    const runtime = this.#openedToWrite()
    const names = [...new Set(keys)]
    return this.#order.run(names, () => this.#told('removing', async () => (await runtime).values.remove(names, fence)))
  }

  async *keys(
    prefix: string,
    { after, limit = Number.POSITIVE_INFINITY }: { after?: string; limit?: number } = {},
  ): AsyncGenerator<string> {
    const runtime = await this.#opened()
    let left = limit
    if (left <= 0) return
    try {
      for await (const key of runtime.keys({ prefix, after })) {
        yield key
        if (--left <= 0) return
      }
    } catch (error) {
      throw explained(this.#settings.dir, 'listing', error)
    }
  }

  async lease(key: string, ms: number): Promise<Lease | undefined> {
    const runtime = await this.#openedToWrite()
    runtime.upkeep.consider()
    return this.#told('leasing', () => runtime.leases.grant(key, ms))
  }

  onEvict(listener: Evicted): void {
    this.#listeners.push(listener)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#order.ended()
    // One that did not open has nothing to close.
    const runtime = await this.#runtime?.catch(() => undefined)
    await runtime?.close()
  }

  #bodies(): BodyFiles {
    const opened = () => this.#opened()
    const writable = () => this.#openedToWrite()
    const told = this.#told.bind(this)
    const { dir } = this.#settings
    return {
      append: (id, bytes) => told('writing a body', async () => (await writable()).bodies.append(id, bytes)),
      read: (id, from, to, room) => told('reading a body', async () => (await opened()).bodies.read(id, from, to, room)),
      size: (id) => told('reading a body', async () => (await opened()).bodies.size(id)),
      delete: (ids) => told('removing a body', async () => (await writable()).bodies.delete(ids)),
      ids: async function* () {
        try {
          yield* (await opened()).bodies.ids()
        } catch (error) {
          throw explained(dir, 'listing bodies', error)
        }
      },
    }
  }

  async #told<T>(operation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw explained(this.#settings.dir, operation, error)
    }
  }

  #openedToWrite(): Promise<Runtime> {
    if (this.readOnly && this.#closing === undefined) throw storeReadOnly(`folder ${this.#settings.dir}`)
    return this.#opened()
  }

  /** Throws at once where it is closed. One that could not be opened is tried anew by the next call. */
  #opened(): Promise<Runtime> {
    const { dir, path, readOnly, maxBytes, clock } = this.#settings
    if (this.#closing !== undefined) throw storeClosed(`folder ${dir}`)
    if (this.#runtime !== undefined) return this.#runtime
    const runtime = Runtime.open({
      dir,
      path,
      mode: readOnly ? 'read' : 'write',
      maxBytes,
      clock,
      order: this.#order,
      tell: (evicted) => {
        for (const listener of this.#listeners) listener(evicted)
      },
    })
    this.#runtime = runtime
    runtime.catch(() => {
      if (this.#runtime === runtime) this.#runtime = undefined
    })
    return runtime
  }
}
