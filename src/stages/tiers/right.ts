import type { WriteRight } from '../../model/stages.ts'
import type { Store } from '../../model/store.ts'

/** The right to download an entry, from the most shared tier that gives leases: 'taken' while somebody else has it. */
export async function rightFrom(
  tiers: readonly { readonly store: Store }[],
  storeKey: string,
  ms: number,
): Promise<WriteRight | 'taken' | 'none'> {
  for (const { store } of tiers.toReversed()) {
    if (store.lease === undefined || store.live !== undefined || store.readOnly === true) continue
    try {
      const lease = await store.lease(storeKey, ms)
      return lease === undefined ? 'taken' : { lease, tier: store.name }
    } catch {
      // A tier that cannot say is asked no further; the next one may.
    }
  }
  return 'none'
}
