import type { CompareOptions, KnownValue, Lease, StoreEntry } from '../../../src/model/store.ts'
import { crc32 } from '../crc.ts'
import { groupOf, isStatistics } from '../key-group.ts'
import { wholeEnd } from '../options.ts'
import { check } from './leases.ts'
import type { StoredValue } from './rows.ts'
import type { Tables } from './tables.ts'
import type { Write } from './transactions.ts'

/** A row beside its value: key, numbers, and its place in four indexes. */
const ROW = 300

/** Of key and value: a value under another's key is as wrong as a flipped bit. */
export function checksum(key: string, value: Uint8Array): number {
  return crc32(value, crc32(key))
}

export function isSound(key: string, { value, sum }: StoredValue): boolean {
  return checksum(key, value) === sum
}

function groupsOf(keys: readonly string[]): string[] {
  return keys.map(groupOf).filter((group) => group !== undefined)
}

/** The entries are the store's own copies. */
export function put(entries: readonly StoreEntry[], fence: Lease | undefined): Write<void> {
  const change = putting(entries)
  return {
    ...change,
    run: (tables, now) => {
      check(tables, fence)
      change.run(tables, now)
    },
  }
}

/** The same, where a key still holds what it held. */
export function putWhere(known: KnownValue, entries: readonly StoreEntry[], { fence, release }: CompareOptions): Write<boolean> {
  const change = putting(entries)
  return {
    ...change,
    run: (tables, now) => {
      check(tables, fence)
      if (!stillHolds(tables, known, now)) return false
      change.run(tables, now)
      if (fence !== undefined && release === true) tables.removeLease(fence.key, fence.generation)
      return true
    },
  }
}

function stillHolds(tables: Tables, { key, value }: KnownValue, now: number): boolean {
  const stored = tables.value(key)
  const held = stored?.expires !== undefined && stored.expires <= now ? undefined : stored?.value
  return value === undefined || held === undefined ? value === held : Buffer.compare(value, held) === 0
}

function putting(entries: readonly StoreEntry[]): Write<void> {
  const keys = entries.map(({ key }) => key)
  const rows = entries.map(({ key, value, expires }) => ({
    key,
    value,
    expires: wholeEnd(expires),
    sum: checksum(key, value),
    group: groupOf(key),
  }))
  return {
    bytes: rows.reduce((bytes, { value }) => bytes + value.length + ROW, 0),
    groups: groupsOf(keys),
    brings: keys,
    run: (tables, now) => {
      const numbers = new Map<string, number>()
      for (const row of rows) {
        const { key, group } = row
        const numbered = (name: string): number => (isStatistics(key) ? tables.unusedGroup(name) : tables.group(name, now))
        const number = group === undefined ? null : (numbers.get(group) ?? numbered(group))
        if (group !== undefined && number !== null) numbers.set(group, number)
        tables.put(key, number, row)
      }
    },
  }
}

export function remove(keys: readonly string[], fence: Lease | undefined): Write<void> {
  return {
    bytes: 0,
    groups: [],
    run: (tables) => {
      check(tables, fence)
      const groups = new Set<number>()
      for (const key of keys) {
        const group = tables.remove(key)
        if (group !== undefined) groups.add(group)
      }
      for (const group of groups) tables.removeGroupIfEmpty(group)
    },
  }
}

/** Takes a record out that was found damaged, unless it has been written anew since. */
export function removeDamaged(key: string, sum: number): Write<void> {
  return { bytes: 0, groups: [], run: (tables: Tables) => tables.removeDamaged(key, sum) }
}
