import type { Changes } from './changes.ts'
import type { StoredValue } from './rows.ts'
import type { Tables } from './tables.ts'

/** Keys of one kind begin alike: `h1:t:` */
const familyOf = (key: string): string => key.slice(0, key.indexOf(':', 3) + 1)

/**
 * Kinds of keys of which there is none at all, as long as no other process has changed anything, and this one has written none. A look-up asks
 * for marks, which most databases have none of, and to find nothing takes SQLite as long as to find something. Of a kind that had any once each
 * key is looked up from then on.
 */
export class Families {
  readonly #tables: Tables
  readonly #changes: Changes
  readonly #empty = new Set<string>()
  readonly #filled = new Set<string>()
  #stamp: number | undefined

  constructor(tables: Tables, changes: Changes) {
    this.#tables = tables
    this.#changes = changes
  }

  /** The values of these keys, as far as there are any. Throws what SQLite throws. */
  values(keys: readonly string[]): Map<string, StoredValue | undefined> {
    const there = keys.length === 1 ? keys : keys.filter((key) => !this.#isEmpty(key))
    return this.#tables.values(there)
  }

  /** These are written, or will be. */
  coming(keys: readonly string[]): void {
    for (const key of keys) {
      const family = familyOf(key)
      if (this.#empty.delete(family)) this.#filled.add(family)
    }
  }

  /** False also where it cannot be told. */
  #isEmpty(key: string): boolean {
    const family = familyOf(key)
    if (this.#filled.has(family)) return false
    const stamp = this.#changes.ofOthers()
    if (stamp !== this.#stamp) this.#empty.clear()
    this.#stamp = stamp
    if (stamp === undefined) return false
    if (this.#empty.has(family)) return true
    const isEmpty = !this.#tables.hasAny(family)
    if (isEmpty) this.#empty.add(family)
    else this.#filled.add(family)
    return isEmpty
  }
}
