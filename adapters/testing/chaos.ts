import { type Clock, systemClock } from '../../src/model/clock.ts'
import type { BodyFiles, Lease, ReadOptions, SetOptions, Store, StoreEntry } from '../../src/model/store.ts'
import { flipped, halved, Past } from './chaos/past.ts'
import { type ChaosFault, type ChaosPlan, type Injection, Injector, type Mishap, type Operation } from './chaos/plan.ts'

export interface ChaosControl {
  /** How often an operation was called, well or not. */
  calls(operation: Operation): number
  /** What went wrong so far, oldest first. */
  readonly injected: readonly Injection[]
  /** From now on these faults, counted anew; an empty list heals the store. */
  use(faults: readonly ChaosFault[]): void
}

export interface ChaosStore extends Store {
  readonly chaos: ChaosControl
}

/**
 * A store that fails on purpose, as its plan says. Decoded records (`live`) pass through untouched, and `close` always works.
 *
 * @throws TypeError on a plan that names no operation of a store, or a mishap without meaning for it.
 */
export function chaos(store: Store, plan: ChaosPlan): ChaosStore {
  const saboteur = new Saboteur(store, plan)
  const { readOnly, maxEntryBytes, live, bodies, lease, compareAndSet, onEvict } = store
  return {
    name: store.name,
    durable: store.durable,
    shared: store.shared,
    remote: store.remote,
    ...(readOnly !== undefined && { readOnly }),
    ...(maxEntryBytes !== undefined && { maxEntryBytes }),
    ...(live !== undefined && { live }),
    ...(onEvict !== undefined && { onEvict: onEvict.bind(store) }),
    ...(lease !== undefined && { lease: (key: string, ms: number) => saboteur.lease(key, ms) }),
    ...(bodies !== undefined && { bodies: saboteur.bodies(bodies) }),
    get: (key) => saboteur.get(key),
    getMany: (keys, options) => saboteur.getMany(keys, options),
    set: (key, value, options) => saboteur.set(key, value, options),
    setMany: (entries, options) => saboteur.setMany(entries, options),
    ...(compareAndSet !== undefined && { compareAndSet: saboteur.compareAndSet(compareAndSet.bind(store)) }),
    delete: (keys, options) => saboteur.delete(keys, options),
    keys: (prefix, options) => saboteur.sequence('keys', prefix, () => store.keys(prefix, options)),
    close: () => store.close(),
    chaos: saboteur.control,
  }
}

class Saboteur {
  readonly control: ChaosControl
  readonly #store: Store
  readonly #injector: Injector
  readonly #clock: Clock
  readonly #past = new Past()

  constructor(store: Store, plan: ChaosPlan) {
    this.#store = store
    this.#clock = plan.clock ?? systemClock
    this.#injector = new Injector(plan)
    const injector = this.#injector
    this.control = {
      calls: (operation) => injector.calls(operation),
      injected: injector.injected,
      use: (faults) => injector.use(faults),
    }
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const mishap = await this.#strike('get', [key])
    if (mishap === 'lie') return undefined
    return this.#spoiltRead(mishap, key, await this.#store.get(key))
  }

  async getMany(keys: string[], options?: ReadOptions): Promise<(Uint8Array | undefined)[]> {
    const mishap = await this.#strike('getMany', keys)
    if (mishap === 'lie') return keys.map(() => undefined)
    const values = await this.#store.getMany(keys, options)
    return keys.map((key, index) => this.#spoiltRead(mishap, key, values[index]))
  }

  async set(key: string, value: Uint8Array, options?: SetOptions): Promise<void> {
    const copy = new Uint8Array(value)
    const mishap = await this.#strike('set', [key])
    await this.#write(mishap, () => this.#store.set(key, spoilt(mishap, copy), options))
    if (mishap !== 'lie') this.#past.wrote(key, copy)
  }

  async setMany(entries: StoreEntry[], options?: { fence?: Lease }): Promise<void> {
    await this.#setMany(entries, async (spoiltEntries) => {
      await this.#store.setMany(spoiltEntries, options)
      return true
    })
  }

  /** To a plan it is a `setMany`. */
  compareAndSet(set: NonNullable<Store['compareAndSet']>): NonNullable<Store['compareAndSet']> {
    return (known, entries, options) => this.#setMany(entries, (spoiltEntries) => set(known, spoiltEntries, options))
  }

  async #setMany(entries: StoreEntry[], set: (spoiltEntries: StoreEntry[]) => Promise<boolean>): Promise<boolean> {
    const copies = entries.map((entry) => ({ ...entry, value: new Uint8Array(entry.value) }))
    const names = entries.map(({ key }) => key)
    const mishap = await this.#strike('setMany', names)
    if (mishap === 'lie') return true
    const spoiltEntries = copies.map((entry) => ({ ...entry, value: spoilt(mishap, entry.value) }))
    const isSet = await set(spoiltEntries)
    if (mishap === 'twice') await set(spoiltEntries).catch(unlessFenced)
    if (isSet) for (const { key, value } of copies) this.#past.wrote(key, value)
    return isSet
  }

  async delete(keys: string[], options?: { fence?: Lease }): Promise<void> {
    const mishap = await this.#strike('delete', keys)
    await this.#write(mishap, () => this.#store.delete(keys, options))
    if (mishap !== 'lie') for (const key of keys) this.#past.wrote(key, undefined)
  }

  async lease(key: string, ms: number): Promise<Lease | undefined> {
    const mishap = await this.#strike('lease', [key])
    return mishap === 'lie' ? undefined : this.#store.lease?.(key, ms)
  }

  async *sequence(operation: Operation, name: string, run: () => AsyncIterable<string>): AsyncGenerator<string> {
    const mishap = await this.#strike(operation, [name])
    if (mishap !== 'lie') yield* run()
  }

  bodies(files: BodyFiles): BodyFiles {
    return {
      append: async (id, bytes) => {
        const copy = new Uint8Array(bytes)
        const mishap = await this.#strike('bodies.append', [id])
        await this.#write(mishap, () => files.append(id, spoilt(mishap, copy)))
      },
      read: async (id, from, to, room) => {
        const mishap = await this.#strike('bodies.read', [id])
        if (mishap === 'lie') return undefined
        const bytes = await files.read(id, from, to, room)
        return bytes && spoilt(mishap, bytes)
      },
      size: async (id) => ((await this.#strike('bodies.size', [id])) === 'lie' ? undefined : files.size(id)),
      delete: async (ids) => {
        const mishap = await this.#strike('bodies.delete', ids)
        await this.#write(mishap, () => files.delete(ids))
      },
      ids: () => this.sequence('bodies.ids', '', () => files.ids()),
    }
  }

  /** Rejects, never settles, or waits, where that is the mishap; else leaves it to the operation. */
  async #strike(operation: Operation, keys: readonly string[]): Promise<Mishap | undefined> {
    const mishap = this.#injector.decide(operation, keys)
    if (mishap === 'throw') throw new Error(`chaos: ${operation} fails on purpose`)
    if (mishap === 'hang') return new Promise<never>(() => undefined)
    if (typeof mishap !== 'object') return mishap
    if ('throw' in mishap) throw mishap.throw
    await new Promise<void>((resolve) => {
      this.#clock.setTimeout(resolve, mishap.delay)
    })
    return undefined
  }

  async #write(mishap: Mishap | undefined, run: () => Promise<void>): Promise<void> {
    if (mishap === 'lie') return
    await run()
    if (mishap === 'twice') await run()
  }

  #spoiltRead(mishap: Mishap | undefined, key: string, value: Uint8Array | undefined): Uint8Array | undefined {
    if (mishap === 'stale') return this.#past.before(key)
    if (mishap === 'other') return this.#past.ofAnother(key)
    return value && spoilt(mishap, value)
  }
}

/** The lease went with the first of two. */
function unlessFenced(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'FENCED') throw error
}

function spoilt(mishap: Mishap | undefined, bytes: Uint8Array): Uint8Array {
  if (mishap === 'flip') return flipped(bytes)
  return mishap === 'truncate' ? halved(bytes) : bytes
}
