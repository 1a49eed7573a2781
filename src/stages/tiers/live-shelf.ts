import type { EntryRecord, LiveVersion } from '../../model/record.ts'
import type { LiveRecords, Store } from '../../model/store.ts'
import { versionFacts } from '../../policy/candidate.ts'
import { withDerived } from '../../policy/version-id.ts'
import type { Placed } from './placed.ts'

/** What a decoded record costs a live tier beside its body; measured at some 400 to 900 bytes. */
const RECORD_COST = 700

const entryCost = ({ variants }: EntryRecord): number => RECORD_COST + 200 * variants.length
const entryKey = (key: string): string => `h1:e:${key}`
const versionKey = (key: string, id: string): string => `h1:v:${key}:${id}`

/** Entries and versions as the objects that they are, in a store that keeps such: no bytes, no promise. */
export class LiveShelf {
  readonly #live: LiveRecords
  readonly #largest: number
  readonly #pins: 'hold here' | 'hold elsewhere'

  /** Pins hold here where no other tier outlives this one: elsewhere they would only fill memory with what a file has. */
  constructor(live: LiveRecords, { maxEntryBytes = Number.POSITIVE_INFINITY }: Store, pins: 'hold here' | 'hold elsewhere') {
    this.#live = live
    this.#largest = maxEntryBytes
    this.#pins = pins
  }

  entry(key: string): EntryRecord | undefined {
    return this.#live.get(entryKey(key)) as EntryRecord | undefined
  }

  version(key: string, id: string): LiveVersion | undefined {
    return this.#live.get(versionKey(key, id)) as LiveVersion | undefined
  }

  /** Whether it would be kept here, as long as there is room. */
  takes({ body }: Placed): boolean {
    return body instanceof Uint8Array && body.length <= this.#largest
  }

  remember({ version, body }: Placed): void {
    if (!(body instanceof Uint8Array) || body.length > this.#largest) return
    const { bodyId: _elsewhere, ...rest } = version
    const remembered: LiveVersion = { ...rest, body, facts: versionFacts(version) }
    this.#live.set(versionKey(version.key, version.id), remembered, RECORD_COST + body.length)
  }

  /** What is pinned is not given up to make room; what was pinned, and is no more, may be. */
  keep(entry: EntryRecord, before: ReadonlySet<string>, pinned: ReadonlySet<string>): void {
    if (this.#pins === 'hold elsewhere' || (before.size === 0 && pinned.size === 0)) return
    this.#live.set(entryKey(entry.key), entry, entryCost(entry), pinned.size > 0 ? 'always' : 'while-used')
    for (const id of before.union(pinned)) {
      const version = this.lookVersion(entry.key, id)
      if (version === undefined) continue
      const bytes = RECORD_COST + (version.body?.length ?? 0)
      this.#live.set(versionKey(entry.key, id), version, bytes, pinned.has(id) ? 'always' : 'while-used')
    }
  }

  rememberEntry(entry: EntryRecord): void {
    this.#live.set(entryKey(entry.key), entry, entryCost(entry))
  }

  /** With what was derived of them. */
  forget(key: string, ids: readonly string[]): void {
    for (const id of ids) for (const whole of withDerived(id)) this.#live.delete(versionKey(key, whole))
  }

  /** As `entry`, but no use. */
  lookEntry(key: string): EntryRecord | undefined {
    return this.#look(entryKey(key)) as EntryRecord | undefined
  }

  /** As `version`, but no use. */
  lookVersion(key: string, id: string): LiveVersion | undefined {
    return this.#look(versionKey(key, id)) as LiveVersion | undefined
  }

  /** Whether a version of it is here, with its body or without. */
  has(key: string): boolean {
    const versions = this.lookEntry(key)?.variants.flatMap((variant) => variant.versions) ?? []
    return versions.some(({ id }) => this.lookVersion(key, id) !== undefined)
  }

  #look(key: string): object | undefined {
    const live = this.#live
    return live.peek === undefined ? live.get(key) : live.peek(key)
  }

  /** Keys of all entries, in no order. */
  *keys(): Generator<string> {
    const start = entryKey('')
    for (const key of this.#live.keys?.() ?? []) if (key.startsWith(start)) yield key.slice(start.length)
  }
}
