import type { Lease } from '../../../src/model/store.ts'
import { fenced } from '../failures.ts'
import type { Tables } from './tables.ts'
import type { Write } from './transactions.ts'

/** A row of a lease, about. */
const ROW = 200

const endOf = (now: number, ms: number): number => Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(now + ms))

const write = <T>(run: Write<T>['run']): Write<T> => ({ bytes: ROW, groups: [], run })

/** Grants a lease where nobody holds it, and gives its generation. `until` stands in wall time: processes share no other clock. */
export function grant(key: string, ms: number): Write<number | undefined> {
  return write((tables, now) => {
    const held = tables.lease(key)
    if (held !== undefined && held.until > now) return undefined
    const generation = (held?.generation ?? tables.leaseFloor()) + 1
    tables.putLease(key, generation, endOf(now, ms))
    return generation
  })
}

export function extend(key: string, generation: number, ms: number): Write<boolean> {
  return write((tables, now) => {
    const held = tables.lease(key)
    if (held === undefined || held.generation !== generation || held.until <= now) return false
    tables.putLease(key, generation, endOf(now, ms))
    return true
  })
}

/** The row stays, for its generation. */
export function release(key: string, generation: number): Write<void> {
  return write((tables, now) => {
    if (tables.lease(key)?.generation === generation) tables.putLease(key, generation, now)
  })
}

/**
 * Part of the transaction of the write that it allows. A lease without a row is of another life of the database, or ran out long ago.
 *
 * @throws FENCED unless the fence is of the last generation granted.
 */
export function check(tables: Tables, fence: Lease | undefined): void {
  if (fence !== undefined && tables.lease(fence.key)?.generation !== fence.generation) throw fenced(fence)
}
