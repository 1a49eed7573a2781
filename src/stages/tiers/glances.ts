import type { Clock } from '../../model/clock.ts'
import type { EntryRecord, LiveVersion, VersionRef } from '../../model/record.ts'
import { versionFacts } from '../../policy/candidate.ts'
import type { Tier } from './tier.ts'

/** What was read stays in hand for the next look: so many entries, of so many bytes of bodies in all. */
const ENTRIES = 128
const BYTES = 4 * 1024 * 1024

/** Milliseconds for which it does at most: who never reads again what it uses would let the store give it up. */
const IN_HAND = 1_000

export type VersionInHand = LiveVersion & { readonly body: Uint8Array }

interface Seen {
  readonly entry: EntryRecord
  /** Which marks were compared. */
  readonly marks: readonly string[]
  readonly stamp: number | undefined
  /** Monotonic milliseconds. */
  readonly at: number
  version: VersionInHand | undefined
}

/**
 * What the first store behind memory gives at once, without a promise: a few microseconds, where a walk takes ten times as many. The
 * last few entries stay in hand, decoded, for as long as the store's stamp says that nobody has changed anything.
 */
export class Glances {
  readonly tier: Tier | undefined
  readonly #clock: Clock
  readonly #seen = new Map<string, Seen>()
  #bytes = 0

  constructor(tiers: readonly Tier[], clock: Clock) {
    this.tier = tiers.find(({ store }) => store.live === undefined)
    this.#clock = clock
  }

  /** As old as the marks say that concern it. Undefined also where only the walk can tell. */
  entry(key: string, marks: readonly string[]): EntryRecord | undefined {
    if (this.tier?.store.glance === undefined) return undefined
    const stamp = this.tier.store.stamp?.()
    const seen = this.#seen.get(key)
    if (seen !== undefined && this.#holds(seen, stamp, marks)) return seen.entry
    this.#forget(key, seen)
    const entry = this.tier.glanceEntry(key, marks)
    if (entry !== undefined && stamp !== undefined) {
      this.#seen.set(key, { entry, marks, stamp, at: this.#clock.monotonic(), version: undefined })
      this.#bound()
    }
    return entry
  }

  /** Of an entry that was just given. */
  version(key: string, ref: VersionRef): VersionInHand | undefined {
    const seen = this.#seen.get(key)
    if (seen?.version?.id === ref.id) return seen.version
    const stored = this.tier?.glanceVersion(key, ref)
    const version = stored === undefined ? undefined : { ...stored, facts: versionFacts(stored) }
    if (seen !== undefined && version !== undefined && version.body.length <= BYTES / 8) {
      this.#bytes += version.body.length - (seen.version?.body.length ?? 0)
      seen.version = version
      this.#bound()
    }
    return version
  }

  #bound(): void {
    for (const [oldest, one] of this.#seen) {
      if (this.#seen.size <= ENTRIES && this.#bytes <= BYTES) break
      this.#forget(oldest, one)
    }
  }

  #holds({ stamp, marks, at }: Seen, now: number | undefined, asked: readonly string[]): boolean {
    return (
      now !== undefined &&
      stamp === now &&
      this.#clock.monotonic() - at < IN_HAND &&
      marks.length === asked.length &&
      marks.every((mark, index) => mark === asked[index])
    )
  }

  #forget(key: string, seen: Seen | undefined): void {
    if (seen === undefined) return
    this.#seen.delete(key)
    this.#bytes -= seen.version?.body.length ?? 0
  }
}
