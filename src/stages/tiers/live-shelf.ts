import { isBytes } from '../../model/bytes.ts'
import type { EntryRecord, LiveVersion } from '../../model/record.ts'
import type { LiveRecords, Store } from '../../model/store.ts'
import { merge } from '../../policy/merge.ts'
import { idsOf } from '../../policy/removal.ts'
import { refsOf } from '../../policy/selection.ts'
import { withDerived } from '../../policy/version-id.ts'
import { LiveRecord } from './live-record.ts'
import type { Placed } from './placed.ts'
import { SharedHeads } from './shared-heads.ts'
import type { Kind } from './sole-version.ts'

/** What a decoded record costs a live tier beside its body; measured at some 350 bytes, and 1,250 when all of it was asked for. */
const RECORD_COST = 700

const entryCost = ({ variants }: EntryRecord): number => RECORD_COST + 200 * variants.length
const recordCost = ({ bytes }: LiveRecord): number => RECORD_COST + bytes

/** For a version whose id is taken: nearly all stand under that alone, which costs no text of its own. */
const farName = (key: string, id: string): string => `h1:v:${key}:${id}`

/** Key texts begin with the length of their group; no id of ours has a colon. */
const isKey = (name: string): boolean => /^\d+:/.test(name)

/** Whether a look is a use. */
type Look = 'use' | 'look'

/** Entries and versions as the objects that they are, in a store that keeps such: no bytes, no promise. */
export class LiveShelf {
  readonly #live: LiveRecords
  readonly #largest: number
  readonly #pins: 'hold here' | 'hold elsewhere'
  readonly #heads = new SharedHeads()
  /** Of the entry that was kept last: nearly all are alike. */
  #kind: Kind | undefined

  /** Pins hold here where no other tier outlives this one: elsewhere they would only fill memory with what a file has. */
  constructor(live: LiveRecords, { maxEntryBytes = Number.POSITIVE_INFINITY }: Store, pins: 'hold here' | 'hold elsewhere') {
    this.#live = live
    this.#largest = maxEntryBytes
    this.#pins = pins
  }

  entry(key: string): EntryRecord | undefined {
    return entryIn(this.#live.get(key))
  }

  version(key: string, id: string): LiveVersion | undefined {
    return this.#version(key, id, 'use')
  }

  #version(key: string, id: string, how: Look): LiveRecord | undefined {
    const whole = this.#record(key, how)
    if (whole instanceof LiveRecord && whole.id === id) return whole
    const near = this.#record(id, how)
    if (near instanceof LiveRecord && near.key === key && near.id === id) return near
    const far = this.#record(farName(key, id), how)
    return far instanceof LiveRecord ? far : undefined
  }

  /** Whether it would be kept here, as long as there is room. */
  takes({ body }: Placed): boolean {
    return isBytes(body) && body.length <= this.#largest
  }

  remember(placed: Placed): void {
    const known = this.lookEntry(placed.version.key)
    const record = known === undefined ? this.#recordOf(placed) : undefined
    if (known !== undefined) this.rememberEntry(known, placed)
    else if (record !== undefined) this.#put(record)
  }

  /**
   * Puts there what was found elsewhere, under what has been said here while that was looked for. The entry as it is then; undefined where
   * it is as it was.
   */
  bring(entry: EntryRecord, placed: Placed): EntryRecord | undefined {
    const { key, id } = placed.version
    const known = this.entry(key)
    const merged = known === undefined || known === entry ? entry : merge(known, entry)
    if (merged !== known) this.rememberEntry(merged)
    const there = this.version(key, id)
    // Another process may have renewed it.
    const isNews = there === undefined || there.checkedAt < placed.version.checkedAt
    if (isNews && idsOf(merged).includes(id)) this.remember(placed)
    return merged === known ? undefined : merged
  }

  #recordOf({ version, body }: Placed): LiveRecord | undefined {
    if (!isBytes(body) || body.length > this.#largest) return undefined
    return new LiveRecord(version, body, this.#heads.of(version))
  }

  #put(record: LiveRecord, kept: 'while-used' | 'always' = 'while-used'): void {
    this.#live.set(this.#nameOf(record), record, recordCost(record), kept)
  }

  #nameOf({ key, id }: LiveRecord): string {
    const there = this.#record(id, 'look')
    const isTaken = there !== undefined && !(there instanceof LiveRecord && there.key === key)
    return isTaken || isKey(id) ? farName(key, id) : id
  }

  /** What stood for both is an entry and a version again. */
  #part(key: string): void {
    const whole = this.#record(key, 'look')
    const entry = entryIn(whole)
    if (!(whole instanceof LiveRecord) || entry === undefined) return
    whole.part()
    this.#live.set(key, entry, entryCost(entry))
    this.#put(whole)
  }

  /** What is pinned is not given up to make room; what was pinned, and is no more, may be. */
  keep(entry: EntryRecord, before: ReadonlySet<string>, pinned: ReadonlySet<string>): void {
    if (this.#pins === 'hold elsewhere' || (before.size === 0 && pinned.size === 0)) return
    this.#live.set(entry.key, entry, entryCost(entry), pinned.size > 0 ? 'always' : 'while-used')
    for (const id of before.union(pinned)) {
      const version = this.#version(entry.key, id, 'look')
      if (version !== undefined) this.#put(version, pinned.has(id) ? 'always' : 'while-used')
    }
  }

  rememberEntry(entry: EntryRecord, placed?: Placed): void {
    const came = placed === undefined ? undefined : this.#recordOf(placed)
    const [ref] = entry.variants[0]?.versions ?? []
    const record = came ?? (ref === undefined ? undefined : this.#version(entry.key, ref.id, 'look'))
    const kind = record?.standFor(entry, this.#kind)
    if (record !== undefined && kind !== undefined) {
      this.#kind = kind
      if (this.#record(entry.key, 'look') !== record) this.#drop(entry.key, record.id)
      this.#live.set(entry.key, record, recordCost(record))
      return
    }
    this.#part(entry.key)
    if (came !== undefined) this.#put(came)
    this.#live.set(entry.key, entry, entryCost(entry))
  }

  /** With what was derived of them. */
  forget(key: string, ids: readonly string[]): void {
    if (ids.length === 0) return
    this.#part(key)
    for (const id of ids) for (const whole of withDerived(id)) this.#drop(key, whole)
  }

  #drop(key: string, id: string): void {
    const near = this.#record(id, 'look')
    if (near instanceof LiveRecord && near.key === key) this.#live.delete(id)
    else this.#live.delete(farName(key, id))
  }

  /** As `entry`, but no use. */
  lookEntry(key: string): EntryRecord | undefined {
    return entryIn(this.#record(key, 'look'))
  }

  /** As `version`, but no use. */
  lookVersion(key: string, id: string): LiveVersion | undefined {
    return this.#version(key, id, 'look')
  }

  /** Whether anything is known of it here. */
  knows(key: string): boolean {
    return this.#record(key, 'look') !== undefined
  }

  /** Whether a version of it is here, with its body or without. */
  has(key: string): boolean {
    if (this.#record(key, 'look') instanceof LiveRecord) return true
    return refsOf(this.lookEntry(key)).some(({ id }) => this.lookVersion(key, id) !== undefined)
  }

  #record(name: string, how: Look): object | undefined {
    const live = this.#live
    return how === 'use' || live.peek === undefined ? live.get(name) : live.peek(name)
  }

  /** Keys of all entries, in no order. */
  *keys(): Generator<string> {
    for (const name of this.#live.keys?.() ?? []) {
      const record = isKey(name) ? this.#record(name, 'look') : undefined
      if (record instanceof LiveRecord || (record !== undefined && isEntry(record))) yield name
    }
  }
}

/** A record of another copy of this library is none of ours. */
const isEntry = (record: object): record is EntryRecord => 'variants' in record

export function entryIn(record: object | undefined): EntryRecord | undefined {
  if (record instanceof LiveRecord) return record.entry
  return record !== undefined && isEntry(record) ? record : undefined
}

/** What a record was of, for whoever is told that it was given up. */
export function recordName(record: object | undefined, name: string): { key: string; version?: string } {
  return record instanceof LiveRecord ? { key: record.key, version: record.id } : { key: name }
}
