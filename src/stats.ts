import type { House } from './house.ts'
import type { Health } from './readiness.ts'
import type { UseTotals } from './stages/uses.ts'

/** What all calls of an instance came to since it was made. Counted in memory. */
export interface Stats extends UseTotals {
  /** Requests that were sent to origins: attempts, redirects and revalidations, those of refreshes behind and without a caller included. */
  sent: number
  /** The same by host (name and port), for the 1,000 hosts that were asked last. */
  hosts: Record<string, number>
  /** Attempts that waited for their turn, for a Retry-After or by back-off, and for how many milliseconds in all. */
  waits: { count: number; ms: number }
  /** Whether the tiers are in use, nearest first, as far as that is known: 'open' is one that fails, and is left alone for a while. */
  tiers: Health['tiers']
}

export function statsOf({ uses, traffic, stores }: House): Stats {
  const { sent, hosts, waits } = traffic.totals()
  const tiers = stores.map(({ name, health: { state, error } }) => ({ name, state, ...(error !== undefined && { error }) }))
  return { ...uses.totals(), sent, hosts: { ...hosts }, waits: { ...waits }, tiers }
}
