import type { House } from './house.ts'

interface Basis {
  readonly house: () => House
}

type Work = (...args: unknown[]) => Promise<unknown>

/**
 * What works on a house, each call of which counts as a walk from its first moment: it keeps the process alive, and `idle` and `close` wait
 * for it. It works on the house that stood open when it was called, also when that is closed meanwhile.
 */
export function counted<B extends Basis, T extends object>(basis: B, works: (basis: B) => T): T {
  const counting = Object.keys(works(basis)).map((name): [string, Work] => {
    const count: Work = async (...args) => {
      const house = basis.house()
      const all = works({ ...basis, house: () => house }) as Record<string, Work>
      return house.walks.during((all[name] as Work)(...args))
    }
    return [name, count]
  })
  return Object.fromEntries(counting) as T
}
