import type { Clock } from '../../model/clock.ts'
import type { Report } from '../../model/events.ts'
import type { EntryRecord, LiveVersion, VersionRecord, VersionRef } from '../../model/record.ts'
import { sha256 } from '../../policy/cache-key.ts'
import { merge } from '../../policy/merge.ts'
import { isEntryRecord, isMarkRecord, isVersionRecord } from '../../policy/record-shape.ts'
import { type Decoded, decode } from './codec.ts'
import type { Guarded } from './guard.ts'
import { LiveShelf } from './live-shelf.ts'
import { markedAt, markKey, tagMark } from './marks.ts'
import { worded } from './news.ts'
import { Owed } from './owed.ts'
import type { BodyRoom, Placed, Writing } from './placed.ts'
import { Writes } from './writes.ts'

export interface TierRooms {
  readonly bodies: BodyRoom
  readonly report: Report
  readonly background: (work: Promise<unknown>) => void
  readonly clock: Clock
  /** Told of each write. */
  readonly wrote: (entry: EntryRecord) => void
  /** Where a store of this process alone is asked to hold what is pinned. */
  readonly pins: 'hold here' | 'hold elsewhere'
}

const versionKey = (key: string, id: string): string => `h1:v:${sha256(key)}:${id}`
const tagMarks = ({ tags }: EntryRecord): string[] => (tags === undefined ? [] : Object.keys(tags).map(tagMark))

/** One tier: records of entries and versions in one store. A read that fails is a miss; a write that fails rejects. */
export class Tier {
  readonly store: Guarded
  readonly owed: Owed = new Owed()
  readonly #bodies: BodyRoom
  readonly #report: Report
  readonly #background: (work: Promise<unknown>) => void
  readonly #wrote: (entry: EntryRecord) => void
  readonly #shelf: LiveShelf | undefined
  readonly #writes: Writes

  constructor(store: Guarded, { bodies, report, background, clock, wrote, pins }: TierRooms) {
    this.store = store
    this.#bodies = bodies
    this.#report = report
    this.#background = background
    this.#wrote = wrote
    this.#shelf = store.live === undefined ? undefined : new LiveShelf(store.live, store, pins)
    const read = (bytes: Uint8Array, key: string): EntryRecord | undefined => this.#entryOf(bytes, key)
    this.#writes = new Writes(store, { clock, bodies, read, shelf: this.#shelf })
  }

  /** Whether this process knows more of an entry than a glance at the store shows. */
  has(key: string): boolean {
    return this.peekEntry(key) !== undefined || this.owed.of(key) !== undefined
  }

  /** In this process, at once; undefined where there is no such record or the store is not live. */
  peekEntry(key: string): EntryRecord | undefined {
    return this.#shelf?.entry(key)
  }

  peekVersion(key: string, id: string): LiveVersion | undefined {
    return this.#shelf?.version(key, id)
  }

  /** The entry, as old as the marks say that concern it. */
  async entry(key: string, marks: readonly string[]): Promise<EntryRecord | undefined> {
    if (this.store.live) return this.peekEntry(key)
    const [bytes, ...said] = await this.#many([`h1:e:${sha256(key)}`, ...marks.map(markKey)])
    const [stored, owed] = [this.#entryOf(bytes, key), this.owed.of(key)?.entry]
    const entry = stored !== undefined && owed !== undefined ? merge(stored, owed) : (stored ?? owed)
    if (entry === undefined) return undefined
    const tags = tagMarks(entry)
    const tagged = tags.length === 0 ? 0 : await this.markedAt(tags)
    return markedAt(entry, Math.max(tagged, this.#latest(said, marks)))
  }

  /** The same at once, out of a store that can be glanced at; undefined also where it cannot. */
  glanceEntry(key: string, marks: readonly string[]): EntryRecord | undefined {
    const [bytes, ...said] = this.store.glance?.([`h1:e:${sha256(key)}`, ...marks.map(markKey)]) ?? []
    const entry = this.#entryOf(bytes, key)
    if (entry === undefined) return undefined
    const tags = tagMarks(entry)
    const tagged = tags.length === 0 ? [] : this.store.glance?.(tags.map(markKey))
    return tagged && markedAt(entry, Math.max(this.#latest(tagged, tags), this.#latest(said, marks)))
  }

  /** A version at once, with its body beside it; undefined also where the body, or a mark of its redirects, stands elsewhere. */
  glanceVersion(key: string, { id, digest }: VersionRef): (VersionRecord & { readonly body: Uint8Array }) | undefined {
    const version = this.#versionOf(this.store.glance?.([versionKey(key, id)])?.[0], key)
    const { body, redirects, size } = version ?? {}
    if (version?.id !== id || version.digest !== digest || redirects !== undefined || body?.length !== size) return undefined
    return body === undefined ? undefined : { ...version, body }
  }

  #entryOf(bytes: Uint8Array | undefined, key: string): EntryRecord | undefined {
    return bytes === undefined ? undefined : this.#accepted(decode(bytes, key, isEntryRecord), key)
  }

  #versionOf(bytes: Uint8Array | undefined, key: string): VersionRecord | undefined {
    return bytes === undefined ? undefined : this.#accepted(decode(bytes, key, isVersionRecord), key)
  }

  /** The time of the latest of these marks, epoch ms; 0 for none. */
  async markedAt(marks: readonly string[]): Promise<number> {
    return this.store.live ? 0 : this.#latest(await this.#many(marks.map(markKey)), marks)
  }

  #latest(said: readonly (Uint8Array | undefined)[], marks: readonly string[]): number {
    return Math.max(0, ...said.map((mark, index) => this.#timeOf(mark, marks[index] ?? '')))
  }

  #timeOf(mark: Uint8Array | undefined, name: string): number {
    return mark === undefined ? 0 : (this.#accepted(decode(mark, sha256(name), isMarkRecord), name)?.at ?? 0)
  }

  /** The version with its body: bytes where it is inline or live, else to be read from the store. */
  async version(key: string, id: string): Promise<Placed | undefined> {
    const owed = this.owed.of(key)?.versions.get(id)
    if (owed !== undefined) return owed
    const version = this.store.live ? this.peekVersion(key, id) : await this.#stored(key, id)
    if (version === undefined || version.id !== id) return undefined
    if (version.body !== undefined) return version.body.length === version.size ? { version, body: version.body } : undefined
    if (version.bodyId === undefined) return undefined
    const place = { bodyId: version.bodyId, size: version.size }
    return {
      version: { ...version, home: { tier: this.store.name, bodyId: version.bodyId } },
      body: this.#bodies.open(this.store, place, () => this.#repair(version)),
    }
  }

  /**
   * A damaged body never heals: its version goes from this tier, so that the next look-up finds another or asks the origin, and so does
   * the word that these bytes are here, so that a fresh download is not given up for them.
   */
  #repair({ key, id, digest, url }: VersionRecord): void {
    this.#report('warning', () => ({
      key,
      url,
      warning: `${this.store.name}: the body of version ${id} is damaged; the version is given up`,
    }))
    this.#background(this.store.delete([versionKey(key, id), `h1:d:${digest}`]))
  }

  async #stored(key: string, id: string): Promise<VersionRecord | undefined> {
    const [bytes] = await this.#many([versionKey(key, id)])
    return this.#versionOf(bytes, key)
  }

  async #many(storeKeys: string[]): Promise<(Uint8Array | undefined)[]> {
    try {
      const [only] = storeKeys
      return storeKeys.length === 1 && only !== undefined ? [await this.store.get(only)] : await this.store.getMany(storeKeys)
    } catch {
      // Told as `tier-error` by the guard; to the walk a tier that cannot answer is a miss.
      return []
    }
  }

  #accepted<T>(decoded: Decoded<T>, key: string): T | undefined {
    if (decoded.name === 'record') return decoded.record
    const why = decoded.name === 'damaged' ? decoded.why : 'it is in another format'
    this.#report('warning', () => ({ key, url: '', warning: `${this.store.name}: a record is not used: ${why}` }))
    return undefined
  }

  async write(entry: EntryRecord, placed: Placed | undefined, how: Writing = {}): Promise<EntryRecord> {
    const written = await this.#writes.write(entry, placed, how)
    this.store.tell?.(worded({ of: 'entry', key: written.key }))
    this.#wrote(written)
    return written
  }

  /** The record of a version alone: its entry is written after it. */
  place(placed: Placed): Promise<void> {
    return this.#writes.place(placed)
  }

  /** Puts a version into a live tier, if it is one and takes bodies of that size. */
  remember(placed: Placed): void {
    this.#shelf?.remember(placed)
  }

  rememberEntry(entry: EntryRecord): void {
    this.#shelf?.rememberEntry(entry)
  }

  /** The decoded records of a live tier. */
  get shelf(): LiveShelf | undefined {
    return this.#shelf
  }
}
