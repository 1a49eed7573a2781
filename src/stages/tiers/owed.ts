import { holdOf } from '../../model/body-chunks.ts'
import { isBytes } from '../../model/bytes.ts'
import type { EntryRecord } from '../../model/record.ts'
import { merge } from '../../policy/merge.ts'
import type { Placed } from './placed.ts'

/** Bytes of bodies, in memory or in a spool, that one tier may be owed. */
const MOST_BYTES = 32 * 1024 * 1024

/** What an entry weighs beside its body: answers may be small, or have none, and as many of them may come as there are URLs. */
const ENTRY_BYTES = 2048

/** Versions of one entry: the newest, and the one before, which may be the last good one. */
const VERSIONS = 2

/** What one entry of a tier lacks. Another object as soon as it lacks more. */
export interface Debt {
  readonly entry: EntryRecord
  /** By their ids, oldest first. */
  readonly versions: ReadonlyMap<string, Placed>
}

/** A body that stands in the tier already costs nothing. */
const bytesOf = ({ version, body }: Placed): number => (version.home === undefined || isBytes(body) ? version.size : 0)

/**
 * What a tier did not take, and no other one has: it answers as if it stood there, until it does. In this process alone, and bounded:
 * beyond that the oldest is forgotten, and asked for again.
 */
export class Owed {
  readonly #debts = new Map<string, Debt>()
  readonly #ends = new Map<Placed, () => void>()
  #bytes = 0

  /** Gives the keys of what is forgotten for it. */
  add(said: EntryRecord, placed: Placed | undefined): string[] {
    const known = this.#debts.get(said.key)
    const versions = new Map(known?.versions)
    if (placed !== undefined && bytesOf(placed) <= MOST_BYTES) {
      versions.set(placed.version.id, placed)
      this.#ends.set(placed, holdOf(placed.body))
      this.#bytes += bytesOf(placed)
    }
    for (const [id, oldest] of versions) {
      if (versions.size <= VERSIONS) break
      versions.delete(id)
      this.#end(oldest)
    }
    this.#debts.delete(said.key)
    this.#debts.set(said.key, { entry: known === undefined ? said : merge(known.entry, said), versions })
    return this.#bound()
  }

  of(key: string): Debt | undefined {
    return this.#debts.get(key)
  }

  keys(): Iterable<string> {
    return this.#debts.keys()
  }

  /** It is there now, or will never be. `debt`: unless more is owed by now. */
  settle(key: string, debt: Debt | undefined = this.#debts.get(key)): void {
    if (debt === undefined || this.#debts.get(key) !== debt) return
    this.#debts.delete(key)
    for (const placed of debt.versions.values()) this.#end(placed)
  }

  settleAll(): void {
    for (const key of this.#debts.keys()) this.settle(key)
  }

  #bound(): string[] {
    const forgotten: string[] = []
    for (const key of this.#debts.keys()) {
      if (this.#bytes + this.#debts.size * ENTRY_BYTES <= MOST_BYTES) break
      this.settle(key)
      forgotten.push(key)
    }
    return forgotten
  }

  #end(placed: Placed): void {
    const end = this.#ends.get(placed)
    if (end === undefined) return
    this.#ends.delete(placed)
    this.#bytes -= bytesOf(placed)
    end()
  }
}
