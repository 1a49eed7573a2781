import { HoldfastError } from './model/errors.ts'
import type { Guarded } from './stages/tiers/guard.ts'

/** How the tiers are, nearest first. */
export interface Health {
  /** 'open': it fails, and is left alone for a while; 'half-open': it is being tried again. `error`: why. */
  tiers: { name: string; state: 'closed' | 'open' | 'half-open'; error?: Error }[]
}

/** Tries each tier now, by a read and a write that mean nothing. */
export async function readiness(stores: readonly Guarded[], how: 'lenient' | 'strict'): Promise<Health> {
  const tiers = await Promise.all(
    stores.map(async ({ name, health }) => {
      const error = await health.check()
      return { name, state: health.state, ...(error !== undefined && { error }) }
    }),
  )
  const failed = tiers.flatMap(({ name, error }) => (error === undefined ? [] : [`${name}: ${error.message}`]))
  if (how === 'lenient' || failed.length === 0) return { tiers }
  throw new HoldfastError('STORE', `not all tiers can be used. ${failed.join('; ')}`, {
    cause: tiers.find(({ error }) => error !== undefined)?.error,
  })
}
