import type { Report } from '../../model/events.ts'
import type { EntryRecord, VersionRecord, VersionRef } from '../../model/record.ts'
import { sha256 } from '../../policy/cache-key.ts'
import { isEntryRecord, isMarkRecord, isVersionRecord } from '../../policy/record-shape.ts'
import { unpacked } from './carried.ts'
import { type Decoded, decode } from './codec.ts'
import type { InHand } from './in-hand.ts'
import type { Opened, Placed, Seen } from './placed.ts'

type Bytes = Uint8Array | undefined

/** Bytes out of one store → the records that they are. What is damaged, foreign or another key's is none, and is told. */
export class Records {
  readonly #store: string
  readonly #report: Report
  readonly #inHand: InHand | undefined

  constructor(store: string, { report, inHand }: { report: Report; inHand: InHand | undefined }) {
    this.#store = store
    this.#report = report
    this.#inHand = inHand
  }

  /** An entry, and what its bytes came to the last time. */
  opened(bytes: Bytes, key: string): Opened | undefined {
    if (bytes === undefined) return undefined
    const known = this.#inHand?.get(key, bytes)
    if (known !== undefined) return known
    const entry = this.entry(bytes, key)
    return entry && (this.#inHand?.put(key, bytes, entry) ?? { bytes, entry, placed: undefined })
  }

  /** The version of an entry that was seen so: it stays in hand with it. */
  placed<T extends Placed>(seen: Seen | undefined, placed: T): T {
    if (seen?.opened !== undefined) this.#inHand?.place(seen.opened, placed)
    return placed
  }

  entry(bytes: Bytes, key: string): EntryRecord | undefined {
    return bytes === undefined ? undefined : this.#accepted(decode(bytes, key, isEntryRecord), key)
  }

  version(bytes: Bytes, key: string): VersionRecord | undefined {
    return bytes === undefined ? undefined : this.#accepted(decode(bytes, key, isVersionRecord), key)
  }

  /** Out of what went along with its entry (carried.ts). */
  versionAlong(along: Bytes, key: string, ref: VersionRef): VersionRecord | undefined {
    const decoded = along && unpacked(along, key, ref)
    return decoded && this.#accepted(decoded, key)
  }

  /** The time of the latest of these marks, epoch ms; 0 for none. */
  latest(said: readonly Bytes[], marks: readonly string[]): number {
    return Math.max(0, ...said.map((mark, index) => this.#timeOf(mark, marks[index] ?? '')))
  }

  #timeOf(mark: Bytes, name: string): number {
    return mark === undefined ? 0 : (this.#accepted(decode(mark, sha256(name), isMarkRecord), name)?.at ?? 0)
  }

  #accepted<T>(decoded: Decoded<T>, key: string): T | undefined {
    if (decoded.name === 'record') return decoded.record
    const why = decoded.name === 'damaged' ? decoded.why : 'it is in another format'
    this.#report('warning', () => ({ key, url: '', warning: `${this.#store}: a record is not used: ${why}` }))
    return undefined
  }
}
