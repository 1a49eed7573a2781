import type { WriteRight } from '../../model/stages.ts'
import type { Store } from '../../model/store.ts'

/** The right to download an entry, from the most shared tier that gives leases: 'taken' while somebody else has it. `storeKey` is made where one is asked. */
export function rightFrom(
  tiers: readonly { readonly store: Store }[],
  storeKey: () => string,
  ms: number,
): 'none' | Promise<WriteRight | 'taken' | 'none'> {
  const granting = tiers.map(({ store }) => store).filter(grants)
  return granting.length === 0 ? 'none' : rightOfOne(granting, storeKey(), ms)
}

const grants = ({ lease, live, readOnly }: Store): boolean => lease !== undefined && live === undefined && readOnly !== true

async function rightOfOne(stores: readonly Store[], storeKey: string, ms: number): Promise<WriteRight | 'taken' | 'none'> {
  for (const store of stores.toReversed()) {
    try {
      const lease = await store.lease?.(storeKey, ms)
      return lease === undefined ? 'taken' : { lease, tier: store.name }
    } catch {
      // A tier that cannot say is asked no further; the next one may.
    }
  }
  return 'none'
}
