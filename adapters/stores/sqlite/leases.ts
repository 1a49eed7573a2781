import type { Lease } from '../../../src/model/store.ts'
import { fenced } from '../failures.ts'
import type { LeaseRow } from './rows.ts'
import type { Tables } from './tables.ts'
import type { Write } from './transactions.ts'

/** A row of a lease, about. */
const ROW = 200

const write = <T>(run: Write<T>['run']): Write<T> => ({ bytes: ROW, groups: [], isOfLease: true, run })

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
    const generation = tables.nextGeneration(last?.generation ?? 0)
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

/** Its row goes with it: kept, those of a day's downloads would take the place of what was downloaded. */
export function release(key: string, generation: number): Write<void> {
  return write((tables) => tables.removeLease(key, generation))
}

/**
 * Part of the transaction of the write that it allows. A lease without a row was given back, ran out long ago, or is of another life of the
 * database.
 *
 * @throws FENCED where it was granted to somebody else since, or given back.
 */
export function check(tables: Tables, fence: Lease | undefined): void {
  if (fence !== undefined && tables.lease(fence.key)?.generation !== fence.generation) throw fenced(fence)
}
