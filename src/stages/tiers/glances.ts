import type { Clock } from '../../model/clock.ts'
import { Recollection } from '../../model/recollection.ts'
import type { EntryRecord, VersionRef } from '../../model/record.ts'
import { inHand } from './in-hand.ts'
import type { Keyed } from './keyed.ts'
import { marksOf } from './marks.ts'
import type { Seen, Whole } from './placed.ts'
import type { Tier } from './tier.ts'

/** What was looked up stands for the next look: so many entries. */
const ENTRIES = 128

/** Milliseconds for which it does at most: who never reads again what it uses would let the store give it up. */
const IN_HAND = 1_000

interface Look {
  /** Which marks were compared. */
  readonly marks: readonly string[]
  readonly stamp: number | undefined
  /** Monotonic milliseconds. */
  readonly at: number
}

interface Glance extends Look {
  readonly seen: Seen
  /** Its version was found to be there since. */
  isProven: boolean
}

/**
 * What the first store behind memory gives at once, without a promise: a few microseconds, where a walk takes ten times as many. The
 * last few entries stay in hand, decoded, for as long as the store's stamp says that nobody has changed anything.
 */
export class Glances {
  readonly tier: Tier | undefined
  readonly #clock: Clock
  readonly #glances = new Recollection<string, Glance>(ENTRIES)
  /** The last entry of which there was nothing. */
  #nothing: (Look & { readonly key: string }) | undefined

  constructor(tiers: readonly Tier[], clock: Clock) {
    this.tier = tiers.find(({ store }) => store.live === undefined)
    this.#clock = clock
  }

  /** As old as the marks say that concern it. Undefined also where only the walk can tell. */
  entry(key: string, marks: readonly string[]): EntryRecord | undefined {
    if (this.tier?.store.glance === undefined) return undefined
    const stamp = this.tier.store.stamp?.()
    const last = this.#glances.get(key)
    if (last !== undefined && this.#holds(last, stamp, marks)) return last.seen.entry
    this.#glances.delete(key)
    const seen = this.tier.glanceEntry(key, marks)
    this.#nothing = seen === 'nothing' ? { key, marks, stamp, at: this.#clock.monotonic() } : undefined
    if (typeof seen !== 'object') return undefined
    if (stamp !== undefined) this.#glances.set(key, { seen, marks, stamp, at: this.#clock.monotonic(), isProven: false })
    return seen.entry
  }

  /** The same for the walk: what was seen a moment ago, where it is as it was and nothing waits to be written, or else out of the store. */
  seen(tier: Tier, call: Keyed): Promise<Seen | undefined> | Seen | undefined {
    const { key } = call
    const marks = marksOf(call)
    const known = this.#nothing?.key === key ? this.#nothing : this.#glances.get(key)
    const mayHold = tier === this.tier && known !== undefined && tier.owed.of(key) === undefined
    if (!mayHold || !this.#holds(known, tier.store.stamp?.(), marks)) return tier.seen(key, marks)
    return 'seen' in known ? known.seen : undefined
  }

  /** Of an entry that was just given. */
  version(key: string, ref: VersionRef): Whole | undefined {
    const glance = this.#glances.get(key)
    const known = glance?.isProven && glance.seen.opened && inHand(glance.seen.opened, ref)
    if (known && known.version.redirects === undefined) return known
    const placed = this.tier?.glanceVersion(key, ref, glance?.seen)
    if (glance !== undefined) glance.isProven = placed !== undefined
    if (glance !== undefined && placed !== undefined) glance.seen.tried = { id: ref.id, placed }
    return placed
  }

  #holds({ stamp, marks, at }: Look, now: number | undefined, asked: readonly string[]): boolean {
    return (
      now !== undefined &&
      stamp === now &&
      this.#clock.monotonic() - at < IN_HAND &&
      marks.length === asked.length &&
      marks.every((mark, index) => mark === asked[index])
    )
  }
}
