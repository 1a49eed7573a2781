import type { EntryRecord, LiveVersion } from '../../model/record.ts'
import type { LiveRecords, Store } from '../../model/store.ts'
import { versionFacts } from '../../policy/candidate.ts'
import { withDerived } from '../../policy/version-id.ts'
import type { Placed } from './placed.ts'

/** What a decoded record costs a live tier beside its body; measured at some 400 to 900 bytes. */
const RECORD_COST = 700

const entryKey = (key: string): string => `h1:e:${key}`
const versionKey = (key: string, id: string): string => `h1:v:${key}:${id}`

/** Entries and versions as the objects that they are, in a store that keeps such: no bytes, no promise. */
export class LiveShelf {
  readonly #live: LiveRecords
  readonly #largest: number

  constructor(live: LiveRecords, { maxEntryBytes = Number.POSITIVE_INFINITY }: Store) {
    this.#live = live
    this.#largest = maxEntryBytes
  }

  entry(key: string): EntryRecord | undefined {
    return this.#live.get(entryKey(key)) as EntryRecord | undefined
  }

  version(key: string, id: string): LiveVersion | undefined {
    return this.#live.get(versionKey(key, id)) as LiveVersion | undefined
  }

  remember({ version, body }: Placed): void {
    if (!(body instanceof Uint8Array) || body.length > this.#largest) return
    const { bodyId: _elsewhere, ...rest } = version
    const remembered: LiveVersion = { ...rest, body, facts: versionFacts(version) }
    this.#live.set(versionKey(version.key, version.id), remembered, RECORD_COST + body.length)
  }

  rememberEntry(entry: EntryRecord): void {
    this.#live.set(entryKey(entry.key), entry, RECORD_COST + 200 * entry.variants.length)
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
