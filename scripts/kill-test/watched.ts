import type { KnownValue, Lease, Store, StoreEntry } from 'holdfast'
import { type Diary, WRITES } from './diary.ts'
import type { Tripwire } from './tripwire.ts'

type Bodies = NonNullable<Store['bodies']>

/** The same store; each write is noted, and each call may be the last. */
export function watched(store: Store, { diary, tripwire }: { diary: Diary; tripwire: Tripwire }): Store {
  const watch = new Watch(diary, tripwire)
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
    ...(lease !== undefined && { lease: (key: string, ms: number) => watch.lease(key, () => lease.call(store, key, ms)) }),
    ...(bodies !== undefined && { bodies: watch.bodies(bodies) }),
    get: (key) => watch.call('get', key, () => store.get(key)),
    getMany: (keys, options) => watch.call('getMany', keys.join(), () => store.getMany(keys, options)),
    set: (key, value, options) => watch.call('set', key, () => store.set(key, value, options), value.length),
    setMany: (entries, options) =>
      watch.call('setMany', entries.map(({ key }) => key).join(), () => store.setMany(entries, options)),
    ...(compareAndSet !== undefined && {
      compareAndSet: (known: KnownValue, entries: StoreEntry[], options?: { fence?: Lease }) =>
        watch.call('setMany', entries.map(({ key }) => key).join(), () => compareAndSet.call(store, known, entries, options)),
    }),
    delete: (keys, options) => watch.call('delete', keys.join(), () => store.delete(keys, options)),
    keys: (prefix, options) => watch.listing('keys', prefix, () => store.keys(prefix, options)),
    close: () => store.close(),
  }
}

class Watch {
  readonly #diary: Diary
  readonly #tripwire: Tripwire

  constructor(diary: Diary, tripwire: Tripwire) {
    this.#diary = diary
    this.#tripwire = tripwire
  }

  async call<T>(name: string, key: string, run: () => Promise<T>, bytes?: number): Promise<T> {
    const { step } = this.#diary
    const around = (): Promise<T> =>
      this.#tripwire.around(step?.name === 'sweep' ? ['store', 'sweep'] : ['store'], `${name} ${key}`, run)
    if (!WRITES.includes(name)) return around()
    const id = this.#diary.next()
    this.#diary.note({ name: 'operation', operation: { id, name, key, ...(bytes !== undefined && { bytes }), step } })
    try {
      const result = await around()
      this.#diary.note({ name: 'ended', id, how: 'done' })
      return result
    } catch (error) {
      this.#diary.note({ name: 'ended', id, how: 'failed' })
      throw error
    }
  }

  /** What is done with a lease counts too. */
  async lease(key: string, run: () => Promise<Lease | undefined>): Promise<Lease | undefined> {
    const lease = await this.call('lease', key, run)
    return (
      lease && {
        key: lease.key,
        generation: lease.generation,
        extend: (ms) => this.call('extend', key, () => lease.extend(ms)),
        release: () => this.call('release', key, () => lease.release()),
      }
    )
  }

  async *listing(name: string, prefix: string, run: () => AsyncIterable<string>): AsyncGenerator<string> {
    const listed = await this.call(name, prefix, async () => run())
    yield* listed
  }

  bodies(bodies: Bodies): Bodies {
    return {
      append: (id, bytes) => this.call('bodies.append', id, () => bodies.append(id, bytes), bytes.length),
      read: (id, from, to) => this.call('bodies.read', id, () => bodies.read(id, from, to)),
      size: (id) => this.call('bodies.size', id, () => bodies.size(id)),
      delete: (ids) => this.call('bodies.delete', ids.join(), () => bodies.delete(ids)),
      ids: () => this.listing('bodies.ids', '', () => bodies.ids()),
    }
  }
}
