import { memory } from '../../../adapters/stores/memory.ts'
import type { Store, StoreEntry } from '../../../src/index.ts'

/** A store that others read too, and that remembers every byte it was ever given. */
export interface SharedStore extends Store {
  knows(text: string): boolean
}

export function sharedStore(): SharedStore {
  const inner = memory()
  const given: Uint8Array[] = []
  const keep = (entries: StoreEntry[]): StoreEntry[] => {
    given.push(...entries.map(({ value }) => Uint8Array.from(value)), ...entries.map(({ key }) => Buffer.from(key)))
    return entries
  }
  return {
    name: 'shared',
    durable: true,
    shared: true,
    remote: false,
    get: (key) => inner.get(key),
    getMany: (keys) => inner.getMany(keys),
    set: (key, value, options) => inner.set(keep([{ key, value }])[0]?.key ?? key, value, options),
    setMany: (entries, options) => inner.setMany(keep(entries), options),
    delete: (keys, options) => inner.delete(keys, options),
    keys: (prefix, options) => inner.keys(prefix, options),
    close: () => inner.close(),
    knows: (text) => given.some((bytes) => Buffer.from(bytes).includes(text)),
  }
}
