import type { Store } from '../../model/store.ts'

/** Two stores of one kind in a list need names of their own: by its name a tier says where a body stands. */
export function named(stores: readonly Store[]): { store: Store; name: string }[] {
  const seen = new Map<string, number>()
  return stores.map((store) => {
    const nth = (seen.get(store.name) ?? 0) + 1
    seen.set(store.name, nth)
    return { store, name: nth === 1 ? store.name : `${store.name}-${nth}` }
  })
}
