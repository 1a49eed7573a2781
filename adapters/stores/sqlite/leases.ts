import type { Lease } from '../../../src/model/store.ts'
import { fenced } from '../failures.ts'
import type { LeaseRow } from './rows.ts'
import type { Tables } from './tables.ts'
import type { Write } from './transactions.ts'

/** A row of a lease, about. */
const ROW = 200

const write = <T>(run: Write<T>['run']): Write<T> => ({ bytes: ROW, groups: [], run })

/** Processes share no clock but the wall's. Before its beginning a lease is not held either: a clock that was set back must not prolong it. */
const isHeld = ({ since, until }: LeaseRow, now: number): boolean => since <= now && now < until

function rowOf(generation: number, now: number, ms: number): LeaseRow {
  return { generation, since: now, until: Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(now + ms)) }
}

/** Grants a lease where nobody holds it, and gives its generation. */
export function grant(key: string, ms: number): Write<number | undefined> {
  return write((tables, now) => {
    const last = tables.lease(key)
    if (last !== undefined && isHeld(last, now)) return undefined
    const generation = (last?.generation ?? tables.leaseFloor()) + 1
    tables.putLease(key, rowOf(generation, now, ms))
    return generation
  })
}

export function extend(key: string, generation: number, ms: number): Write<boolean> {
  return write((tables, now) => {
    const last = tables.lease(key)
    if (last === undefined || last.generation !== generation || !isHeld(last, now)) return false
    tables.putLease(key, rowOf(generation, now, ms))
    return true
  })
}

/** The row stays, for its generation: what was told under the lease before it was given back may be written after that. */
export function release(key: string, generation: number): Write<void> {
  return write((tables, now) => {
    if (tables.lease(key)?.generation === generation) tables.putLease(key, rowOf(generation, now, 0))
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
