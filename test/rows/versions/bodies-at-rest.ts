import type { Store } from '../../../src/index.ts'

/** The ids of all bodies that a store holds apart from records: as chunks, or as files. */
export async function bodiesOf(store: Store): Promise<string[]> {
  const ids = new Set<string>()
  for await (const key of store.keys('h1:c:')) ids.add(key.slice('h1:c:'.length, key.lastIndexOf(':')))
  if (store.bodies) for await (const id of store.bodies.ids()) ids.add(id)
  return [...ids].toSorted()
}

/** The keys of one kind that a store holds: e, v, d, c, p, t, s. */
export async function keysOf(store: Store, kind: string): Promise<string[]> {
  const keys: string[] = []
  for await (const key of store.keys(`h1:${kind}:`)) keys.push(key)
  return keys
}
