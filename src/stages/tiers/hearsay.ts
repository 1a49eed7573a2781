import type { Clock } from '../../model/clock.ts'
import type { EntryRecord } from '../../model/record.ts'
import { merge } from '../../policy/merge.ts'
import { refsOf } from '../../policy/selection.ts'
import { type Marks, marksOf } from './marks.ts'
import { newsIn } from './news.ts'
import type { Tier } from './tier.ts'

/** Milliseconds for which an entry in memory is taken for what all processes know of it. */
const TRUSTED = 1_000

/** Milliseconds between two questions whether anybody has changed a store: that takes two microseconds, and a hit takes less. */
const ASKED_EVERY = 20

interface Heard {
  /** Monotonic ms. */
  readonly at: number
  /** Of the store beside memory, before it was looked at; undefined: it was not. */
  readonly stamp: number | undefined
}

interface HearsayRooms {
  readonly clock: Clock
  readonly background: (work: Promise<unknown>) => void
  readonly marks: Marks
}

/**
 * What other processes say of entries that this one has in memory: new versions, verdicts, policies, invalidations. It is looked for once a
 * second for each entry, at a hit. A store that can say at once that nobody has changed anything, or what it has, is asked before the hit;
 * another one behind it, so that a hit waits for nobody. Where a store carries news, it is looked for as soon as somebody tells of it.
 */
export class Hearsay {
  readonly #live: readonly Tier[]
  /** Answers at once. */
  readonly #beside: Tier | undefined
  readonly #others: readonly Tier[]
  readonly #behind: readonly Tier[]
  /** Memory has no other tier to hear of. */
  readonly #isAlone: boolean
  readonly #rooms: HearsayRooms
  /** By the entry as it stands in memory. */
  readonly #heard = new WeakMap<EntryRecord, Heard>()
  /** Entries that are looked for because of news, and whether there was more of it meanwhile. */
  readonly #told = new Map<string, 'once' | 'again'>()
  #stamp: Heard = { at: Number.NEGATIVE_INFINITY, stamp: undefined }

  constructor(tiers: readonly Tier[], rooms: HearsayRooms) {
    this.#live = tiers.filter(({ store }) => store.live !== undefined)
    this.#behind = tiers.filter(({ store }) => store.live === undefined)
    this.#beside = this.#behind.find(({ store }) => store.stamp !== undefined && store.glance !== undefined)
    this.#others = this.#behind.filter((tier) => tier !== this.#beside)
    this.#isAlone = this.#live.length === 0 || this.#behind.length === 0
    this.#rooms = rooms
    if (this.#live.length > 0) for (const tier of this.#behind) tier.store.listen?.((word) => this.#tells(tier, word))
  }

  /** It was put into memory now, as all tiers know it. */
  placed(entry: EntryRecord): void {
    if (this.#isAlone) return
    // Memory may have made a record of its own of it.
    this.#heard.set(this.#known(entry.key) ?? entry, { at: this.#rooms.clock.monotonic(), stamp: undefined })
  }

  /** An entry that answers a call out of memory, as it is known now; `marks` concern it. */
  heard(entry: EntryRecord, marks: () => readonly string[]): EntryRecord {
    if (this.#isAlone) return entry
    const now = this.#rooms.clock.monotonic()
    const before = this.#heard.get(entry)
    if (before !== undefined && now - before.at < TRUSTED) return entry
    return this.#listened(entry, { now, before, marks: marks() })
  }

  /** Milliseconds for which an entry in memory need not be listened for. */
  trustedFor(entry: EntryRecord): number {
    if (this.#isAlone) return Number.POSITIVE_INFINITY
    const heard = this.#heard.get(entry)
    return heard === undefined ? 0 : TRUSTED - (this.#rooms.clock.monotonic() - heard.at)
  }

  #listened(
    entry: EntryRecord,
    { now, before, marks }: { now: number; before: Heard | undefined; marks: readonly string[] },
  ): EntryRecord {
    const stamp = this.#stampNow(now)
    const unchanged = stamp !== undefined && stamp === before?.stamp
    const seen = unchanged ? undefined : this.#beside?.glanceEntry(entry.key, marks)
    const known = typeof seen === 'object' ? this.#remembered(entry, [seen.entry]) : entry
    this.#heard.set(known, { at: now, stamp })
    const asked =
      unchanged || typeof seen === 'object' || this.#beside === undefined ? this.#others : [this.#beside, ...this.#others]
    if (asked.length > 0) this.#rooms.background(this.#hear(entry.key, marks, asked))
    this.#use(known)
    return known
  }

  /** Of the bodies too that it names and memory has. */
  #use(entry: EntryRecord): void {
    const { key } = entry
    for (const { id } of refsOf(entry)) {
      const version = this.#live.map(({ shelf }) => shelf?.lookVersion(key, id)).find((seen) => seen !== undefined)
      if (version !== undefined) for (const tier of this.#behind) tier.bodyUse.note(version)
    }
  }

  #tells(tier: Tier, word: string): void {
    const news = newsIn(word)
    if (news?.of === 'marks') this.#rooms.marks.heard(news.names, news.at)
    else if (news?.of === 'entry' && this.#known(news.key) !== undefined) this.#rooms.background(this.#follow(tier, news.key))
  }

  async #follow(tier: Tier, key: string): Promise<void> {
    const isFirst = !this.#told.has(key)
    this.#told.set(key, isFirst ? 'once' : 'again')
    if (!isFirst) return
    for (let known = this.#known(key); known !== undefined; known = this.#told.get(key) === 'again' ? known : undefined) {
      this.#told.set(key, 'once')
      await this.#hear(key, marksOf({ url: known.url, settings: { group: known.group } }), [tier])
    }
    this.#told.delete(key)
  }

  /** No use. */
  #known(key: string): EntryRecord | undefined {
    return this.#live.map(({ shelf }) => shelf?.lookEntry(key)).find((entry) => entry !== undefined)
  }

  #stampNow(now: number): number | undefined {
    if (now - this.#stamp.at >= ASKED_EVERY) this.#stamp = { at: now, stamp: this.#beside?.store.stamp?.() }
    return this.#stamp.stamp
  }

  async #hear(key: string, marks: readonly string[], asked: readonly Tier[]): Promise<void> {
    const told = await Promise.all(asked.map((tier) => tier.entry(key, marks)))
    const known = this.#known(key)
    if (known === undefined) return
    const heard = this.#heard.get(known)
    const merged = this.#remembered(
      known,
      told.filter((entry) => entry !== undefined),
    )
    if (merged !== known && heard !== undefined) this.#heard.set(merged, heard)
  }

  /** The same object where nobody says anything new. */
  #remembered(known: EntryRecord, told: readonly EntryRecord[]): EntryRecord {
    const merged = told.reduce(merge, known)
    if (told.length === 0 || JSON.stringify(merged) === JSON.stringify(known)) return known
    for (const tier of this.#live) if (tier.shelf?.lookEntry(known.key) !== undefined) tier.rememberEntry(merged)
    return merged
  }
}
