import type { Store } from '../../model/store.ts'
import type { BodyPlan } from '../../policy/body-plan.ts'

/** What is held in memory of an answer that may not be stored, in bytes. */
const TRANSIENT_MEMORY = 8 * 1024 * 1024

/** Local stores, durable ones first, nearest first: a remote one is written behind, out of what the nearer ones hold. */
export function placesFor(stores: readonly Store[], plan: BodyPlan): Store[] {
  const { expected = 0, shareable } = plan
  const open = stores.filter(({ shared, readOnly }) => readOnly !== true && (shareable || !shared))
  const local = open.filter((store) => store.live === undefined && !store.remote && expected <= mostOf(store, plan))
  return [...local.filter(({ durable }) => durable), ...local.filter(({ durable }) => !durable)]
}

/** Whole bodies are held in memory up to what a live tier takes, or in any case as an inline body needs; what was made there, until its callers have it. */
export function memoryLimit(stores: readonly Store[], { storable, isMade = false }: BodyPlan): number {
  if (!storable) return TRANSIENT_MEMORY
  const live = stores.find((store) => store.live !== undefined)
  return isMade ? Number.POSITIVE_INFINITY : (live?.maxEntryBytes ?? TRANSIENT_MEMORY)
}

/** The largest body of this plan that this store takes. */
export function mostOf({ maxEntryBytes: most = Number.POSITIVE_INFINITY }: Store, { maxEntryBytes }: BodyPlan): number {
  return Math.min(maxEntryBytes, most)
}
