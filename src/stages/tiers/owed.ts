import { holdOf } from '../../model/body-chunks.ts'
import { isBytes } from '../../model/bytes.ts'
import type { EntryRecord } from '../../model/record.ts'
import type { Retention } from '../../model/settings.ts'
import { merge } from '../../policy/merge.ts'
import { idsOf } from '../../policy/removal.ts'
import { removable } from '../../policy/retention.ts'
import type { Placed } from './placed.ts'

/** Bytes of bodies, in memory or in a spool, that one tier may be owed. */
const MOST_BYTES = 32 * 1024 * 1024

/** What an entry, or a version, weighs beside its body: answers may be small, or have none, and as many of them may come as there are URLs. */
const ENTRY_BYTES = 2048

/** What waits of one entry: of each variant the newest versions, good and refused, what it falls back to, and what is pinned. */
const RULES: Retention = { keep: 2, keepFor: 0, keepFailed: 2, maxPinned: Number.POSITIVE_INFINITY }

/** What one entry of a tier lacks. Another object as soon as it lacks more. */
export interface Debt {
  entry: EntryRecord
  /** By their ids, oldest first. */
  readonly versions: ReadonlyMap<string, Placed>
}

/** A body that stands in the tier already costs nothing. */
const bytesOf = ({ version, body }: Placed): number => (version.home === undefined || isBytes(body) ? version.size : 0)

function isOutdated(entry: EntryRecord): (id: string) => boolean {
  const [there, removed] = [new Set(idsOf(entry)), new Set(removable(entry, RULES, 0))]
  return (id) => !there.has(id) || removed.has(id)
}

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
    const entry = known === undefined ? said : merge(known.entry, said)
    const versions = new Map(known?.versions)
    if (placed !== undefined && bytesOf(placed) <= MOST_BYTES) {
      const end = holdOf(placed.body)
      // The same, renewed.
      this.#end(versions.get(placed.version.id))
      versions.set(placed.version.id, placed)
      this.#ends.set(placed, end)
      this.#bytes += bytesOf(placed)
    }
    for (const id of versions.size > RULES.keep ? [...versions.keys()].filter(isOutdated(entry)) : []) {
      this.#end(versions.get(id))
      versions.delete(id)
    }
    this.#debts.delete(said.key)
    this.#debts.set(said.key, { entry, versions })
    return this.#bound()
  }

  of(key: string): Debt | undefined {
    return this.#debts.get(key)
  }

  /** The tier has told of the entry, and may be silent the next time: what is newer there is not forgotten. It lacks no more for that. */
  heard(entry: EntryRecord): void {
    const debt = this.#debts.get(entry.key)
    if (debt !== undefined) debt.entry = entry
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
      if (this.#bytes + Math.max(this.#debts.size, this.#ends.size) * ENTRY_BYTES <= MOST_BYTES) break
      this.settle(key)
      forgotten.push(key)
    }
    return forgotten
  }

  #end(placed: Placed | undefined): void {
    const end = placed && this.#ends.get(placed)
    if (placed === undefined || end === undefined) return
    this.#ends.delete(placed)
    this.#bytes -= bytesOf(placed)
    end()
  }
}
