import type { Store } from '../../../src/model/store.ts'

/** A store that counts how often an entry is read. */
export function counted(store: Store): { store: Store; reads: () => number } {
  let reads = 0
  const get = (key: string): Promise<Uint8Array | undefined> => {
    if (key.startsWith('h1:e:')) reads += 1
    return store.get(key)
  }
  const own: Partial<Store> = { get, getMany: (keys) => Promise.all(keys.map(get)) }
  const proxy = new Proxy(store, {
    get(target, name) {
      if (name === 'glance') return undefined
      const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { store: proxy, reads: () => reads }
}
