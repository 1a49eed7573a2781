import type { Clock } from '../../model/clock.ts'
import type { EntryRecord, MarkRecord, RedirectFacts } from '../../model/record.ts'
import type { Held } from '../../model/rooms.ts'
import type { LiveRecords, Store, StoreEntry } from '../../model/store.ts'
import { sha256 } from '../../policy/cache-key.ts'
import type { Choice } from '../../policy/selection.ts'
import { encode } from './codec.ts'
import { writeMarks } from './mark-writes.ts'
import { worded } from './news.ts'

/** Marks held in memory; beyond that the oldest become a floor, under which everything is asked about once more. */
const MOST_IN_MEMORY = 100_000

/** How long a store keeps a mark, in ms: longer than an answer is fresh by any sensible word of its origin. */
const KEPT_FOR = 366 * 24 * 3600 * 1000

/** The name under which all answers of a URL are marked, whoever asked for them and however they vary. */
export const urlMark = (url: string): string => url

/** A space is in no URL, so neither of these can pass for one, nor for the other. */
export const tagMark = (tag: string): string => `tag ${tag}`
export const tagMarks = ({ tags }: EntryRecord): string[] => (tags === undefined ? [] : Object.keys(tags).map(tagMark))
export const groupMark = (group: string): string => `group ${group}`

/** What is known to concern an entry before it is read; its tags are in it. */
export const marksOf = ({ url, settings: { group } }: { url: string; settings: { group: string } }): string[] => [
  urlMark(url),
  groupMark(group),
]

/** All that concerns a stored entry, where redirects led to these too. */
export const concerning = (entry: EntryRecord, redirects: readonly string[]): string[] => [
  groupMark(entry.group),
  ...tagMarks(entry),
  ...[entry.url, ...redirects].map(urlMark),
]

/** What the keys of all marks begin with. */
export const MARKS = 'h1:t:'

/** Where a store keeps the mark of this name. */
export const markKey = (name: string): string => MARKS + sha256(name)

/** The same entry, not fresh before `at`. */
export function markedAt(entry: EntryRecord, at: number): EntryRecord {
  return at > (entry.invalidatedAt ?? 0) ? { ...entry, invalidatedAt: at } : entry
}

/** What was replaced is stale, also where nobody can give what replaced it. */
export function behind(held: Held, newest: Choice | undefined): Held {
  if (newest === undefined || newest.ref.id === held.ref.id) return held
  return { ...held, entry: markedAt(held.entry, newest.ref.storedAt) }
}

/** Marks in memory: the newest of each name, and a floor for those that were too many. */
class Table {
  readonly #at = new Map<string, number>()
  #floor = 0

  of(name: string): number {
    return Math.max(this.#floor, this.#at.get(name) ?? 0)
  }

  remember(name: string, at: number): void {
    const known = this.#at.get(name) ?? 0
    this.#at.delete(name)
    this.#at.set(name, Math.max(known, at))
    const [oldest] = this.#at
    if (oldest === undefined || this.#at.size <= MOST_IN_MEMORY) return
    this.#at.delete(oldest[0])
    this.#floor = Math.max(this.#floor, oldest[1])
  }
}

/**
 * Where a live store holds its table: all instances over that store see it. It counts as this many bytes there whatever is in it: each of
 * them holds it besides, so what would be put out for its sake would make no room.
 */
const TABLE = 'h1:t'
const TABLE_BYTES = 200

/** A store that is told of marks. */
interface Marked {
  readonly store: Store
  /** It did not take these. */
  readonly missed: (marks: readonly StoreEntry[]) => void
}

/**
 * `h1:t:<name>`: what was asked for until then is stale, in all partitions and variants. Said once, compared at each look-up; so an
 * invalidation costs the same however many entries it concerns.
 */
export class Marks {
  readonly #marked: readonly Marked[]
  readonly #live: readonly LiveRecords[]
  readonly #background: (work: Promise<unknown>) => void
  readonly #clock: Clock
  /** What this instance said itself: a live store may have put its table out. */
  #own: Table | undefined

  constructor(marked: readonly Marked[], background: (work: Promise<unknown>) => void, clock: Clock) {
    this.#marked = marked.filter(({ store }) => store.live === undefined && store.readOnly !== true)
    this.#live = marked.flatMap(({ store: { live } }) => (live === undefined ? [] : [live]))
    this.#background = background
    this.#clock = clock
  }

  /** What is known in this process: no store is asked, so that a memory hit stays one look. */
  applied(entry: EntryRecord, name: string): EntryRecord {
    const at = this.#at(name)
    return at === 0 ? entry : markedAt(entry, at)
  }

  /** The same for all names that concern an entry: its URL, its group, its tags. Nothing is made where nothing was ever marked. */
  onEntry(entry: EntryRecord, url: string): EntryRecord {
    if (!this.#isAny()) return entry
    let at = Math.max(this.#at(urlMark(url)), this.#at(groupMark(entry.group)))
    if (entry.tags !== undefined) for (const tag of Object.keys(entry.tags)) at = Math.max(at, this.#at(tagMark(tag)))
    return at === 0 ? entry : markedAt(entry, at)
  }

  /** A write to where a redirect led concerns the answer too that it led to (RFC 9111 4.4). */
  onChain(entry: EntryRecord, redirects: RedirectFacts | undefined): EntryRecord {
    if (redirects === undefined) return entry
    return redirects.urls.reduce((marked, url) => this.applied(marked, urlMark(url)), entry)
  }

  #isAny(): boolean {
    if (this.#own !== undefined) return true
    for (const live of this.#live) if (live.get(TABLE) !== undefined) return true
    return false
  }

  #at(name: string): number {
    let at = this.#own === undefined ? 0 : this.#own.of(name)
    for (const live of this.#live) {
      const table = live.get(TABLE) as Table | undefined
      if (table !== undefined && table !== this.#own) at = Math.max(at, table.of(name))
    }
    return at
  }

  /** Resolves when the tiers that are here have it; remote ones are told behind. */
  async set(names: readonly string[], at: number): Promise<void> {
    if (names.length === 0) return
    this.#remember(names, at)
    const entries = names.map((name) => {
      const mark: MarkRecord = { key: sha256(name), at }
      return { key: markKey(name), value: encode(mark), expires: at + KEPT_FOR }
    })
    // A tier that did not take it is told as `tier-error` by the guard; this process knows all the same.
    const tell = ({ store, missed }: Marked): Promise<void> =>
      writeMarks(store, entries, this.#clock).then(
        () => store.tell?.(worded({ of: 'marks', names, at })),
        () => missed(entries),
      )
    for (const marked of this.#marked) if (marked.store.remote) this.#background(tell(marked))
    await Promise.all(this.#marked.filter(({ store }) => !store.remote).map(tell))
  }

  /** Another process has said so, to the tiers too. */
  heard(names: readonly string[], at: number): void {
    if (names.length > 0) this.#remember(names, at)
  }

  #remember(names: readonly string[], at: number): void {
    const known = this.#live.map((live) => live.get(TABLE) as Table | undefined)
    this.#own ??= known.find((table) => table !== undefined) ?? new Table()
    const tables = new Set([this.#own, ...known.filter((table) => table !== undefined)])
    for (const table of tables) for (const name of names) table.remember(name, at)
    for (const [index, live] of this.#live.entries()) {
      const table = known[index] ?? this.#own
      live.set(TABLE, table, TABLE_BYTES)
    }
  }
}
