import type { Clock } from '../../model/clock.ts'
import type { EntryRecord, VersionRef } from '../../model/record.ts'
import { versionFacts } from '../../policy/candidate.ts'
import type { Placed, Whole } from './placed.ts'
import type { Tier } from './tier.ts'

/** What was read stays in hand for the next look: so many entries, of so many bytes of bodies in all. */
const ENTRIES = 128
const BYTES = 8 * 1024 * 1024

/** Milliseconds for which it does at most: who never reads again what it uses would let the store give it up. */
const IN_HAND = 1_000

interface Seen {
  readonly entry: EntryRecord
  /** Which marks were compared. */
  readonly marks: readonly string[]
  readonly stamp: number | undefined
  /** Monotonic milliseconds. */
  readonly at: number
  placed: Whole | undefined
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
      this.#seen.set(key, { entry, marks, stamp, at: this.#clock.monotonic(), placed: undefined })
      this.#bound()
    }
    return entry
  }

  /** Of an entry that was just given. */
  version(key: string, ref: VersionRef): Whole | undefined {
    const placed = this.#seen.get(key)?.placed
    if (placed?.version.id === ref.id) return placed
    const stored = this.tier?.glanceVersion(key, ref)
    return stored && this.#keep(key, stored)
  }

  /** What a walk brought of an entry that was just given, for the next one: as long as nobody has changed anything since. */
  keep({ version, body }: Placed): void {
    const seen = this.#seen.get(version.key)
    // Where redirects led, marks may stand that are looked for with each walk.
    if (seen === undefined || version.redirects !== undefined || !(body instanceof Uint8Array)) return
    if (seen.stamp === this.tier?.store.stamp?.()) this.#keep(version.key, { version, body })
  }

  #keep(key: string, { version, body }: Whole): Whole {
    const placed = { version: { ...version, facts: versionFacts(version) }, body }
    const seen = this.#seen.get(key)
    if (seen === undefined || body.length > BYTES / 4) return placed
    this.#bytes += body.length - (seen.placed?.body.length ?? 0)
    seen.placed = placed
    this.#bound()
    return placed
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
    this.#bytes -= seen.placed?.body.length ?? 0
  }
}
