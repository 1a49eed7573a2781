import type { EntryRecord, LiveVersion, VersionRecord, VersionRef } from '../../model/record.ts'
import { versionFacts } from '../../policy/candidate.ts'
import { merge } from '../../policy/merge.ts'
import { BodyUse } from './body-use.ts'
import { alongside } from './codec.ts'
import { GivingUp } from './giving-up.ts'
import type { Guarded } from './guard.ts'
import { inHand, inHandOf } from './in-hand.ts'
import { LiveShelf } from './live-shelf.ts'
import { markedAt, markKey, tagMarks, urlMark } from './marks.ts'
import { worded } from './news.ts'
import { Owed } from './owed.ts'
import type { Placed, Seen, Whole, Writing } from './placed.ts'
import { Records } from './records.ts'
import { StoreKeys } from './store-keys.ts'
import type { TierRooms } from './tier-rooms.ts'
import { Writes } from './writes.ts'

/** One tier: records of entries and versions in one store. A read that fails is a miss; a write that fails rejects. */
export class Tier {
  readonly store: Guarded
  readonly owed: Owed = new Owed()
  readonly #rooms: TierRooms
  /** The decoded records of a live tier. */
  readonly shelf: LiveShelf | undefined
  readonly writes: Writes
  readonly #givingUp: GivingUp
  /** What its bytes say. */
  readonly records: Records
  readonly bodyUse: BodyUse
  readonly #names = new StoreKeys()

  constructor(store: Guarded, rooms: TierRooms) {
    const { report, inHand, pins } = rooms
    this.store = store
    this.#rooms = rooms
    this.bodyUse = new BodyUse(store, { ...rooms, version: this.version.bind(this) })
    this.records = new Records(store.name, { report, inHand })
    this.shelf = store.live === undefined ? undefined : new LiveShelf(store.live, store, pins)
    this.writes = new Writes(store, { ...rooms, read: (bytes, key) => this.records.entry(bytes, key), shelf: this.shelf })
    this.#givingUp = new GivingUp({ store, report, sayAgain: (key) => this.#sayAgain(key) })
  }

  /** Whether this process knows more of an entry than a glance at the store shows. */
  has(key: string): boolean {
    return this.peekEntry(key) !== undefined || this.owed.of(key) !== undefined
  }

  /** In this process, at once; undefined where there is no such record or the store is not live. */
  peekEntry(key: string): EntryRecord | undefined {
    return this.shelf?.entry(key)
  }

  peekVersion(key: string, id: string): LiveVersion | undefined {
    return this.shelf?.version(key, id)
  }

  /** Names of marks on the URLs that led to what memory has of an entry: they concern it too (RFC 9111 4.4). */
  waysTo({ key, variants }: EntryRecord): string[] {
    const ids = variants.flatMap(({ versions }) => versions.map(({ id }) => id))
    return ids.flatMap((id) => this.shelf?.lookVersion(key, id)?.redirects?.urls ?? []).map(urlMark)
  }

  /** The entry, as old as the marks say that concern it. */
  async entry(key: string, marks: readonly string[]): Promise<EntryRecord | undefined> {
    return this.store.live ? this.peekEntry(key) : (await this.seen(key, marks))?.entry
  }

  /** The same out of a store that is not live, with what goes along with it (carried.ts). */
  async seen(key: string, marks: readonly string[]): Promise<Seen | undefined> {
    const [bytes, ...said] = await this.#many(this.#names.ofEntry(key, marks))
    const opened = this.records.opened(bytes, key)
    const owed = this.owed.of(key)?.entry
    const known = opened === undefined || owed === undefined ? (opened?.entry ?? owed) : merge(opened.entry, owed)
    if (known === undefined) return undefined
    this.owed.heard(known)
    const tags = tagMarks(known)
    const tagged = tags.length === 0 ? 0 : await this.markedAt(tags)
    const entry = markedAt(known, Math.max(tagged, this.records.latest(said, marks)))
    return opened === undefined ? { entry, along: undefined } : { entry, opened, along: alongside(opened.bytes) }
  }

  /** The same at once, out of a store that can be glanced at; undefined where only the walk can tell. */
  glanceEntry(key: string, marks: readonly string[]): Seen | 'nothing' | undefined {
    const values = this.store.glance?.(this.#names.ofEntry(key, marks))
    if (values?.[0] === undefined) return values && 'nothing'
    const [bytes, ...said] = values
    const opened = this.records.opened(bytes, key)
    if (opened === undefined) return undefined
    const tags = tagMarks(opened.entry)
    const tagged = tags.length === 0 ? [] : this.store.glance?.(tags.map(markKey))
    if (tagged === undefined) return undefined
    const at = Math.max(this.records.latest(tagged, tags), this.records.latest(said, marks))
    return { entry: markedAt(opened.entry, at), opened, along: undefined }
  }

  /** A version at once, with all of its body; undefined also where that is large, or a mark of its redirects stands elsewhere. */
  glanceVersion(key: string, ref: VersionRef, seen: Seen | undefined): Whole | undefined {
    const [record] = this.store.glance?.([this.#names.ofVersion(key, ref.id)]) ?? []
    const known = this.bodyUse.by(record && seen?.opened && inHandOf(seen.opened, ref, record))
    const version = known?.version ?? this.records.version(record, key)
    if (version?.id !== ref.id || version.digest !== ref.digest || version.redirects !== undefined) return undefined
    if (known !== undefined) return known
    const { bodyId, size } = version
    const body = bodyId === undefined ? version.body : this.#rooms.bodies.glance(this.store, { bodyId, size })
    if (body?.length !== size) return undefined
    return this.records.placed(seen, { version: { ...this.#atHome(version), facts: versionFacts(version) }, body, record })
  }

  /** It says where its body stands: renewing the record moves no byte. */
  #atHome(version: VersionRecord): LiveVersion {
    return version.bodyId === undefined ? version : { ...version, home: { tier: this.store.name, bodyId: version.bodyId } }
  }

  /** The time of the latest of these marks, epoch ms; 0 for none. */
  async markedAt(marks: readonly string[]): Promise<number> {
    return this.store.live ? 0 : this.records.latest(await this.#many(marks.map(markKey)), marks)
  }

  /** The version with its body: bytes where it is inline or live, else to be read from the store. */
  async version(key: string, id: string): Promise<Placed | undefined> {
    const owed = this.owed.of(key)?.versions.get(id)
    if (owed !== undefined) return owed
    if (this.store.live) return this.#placed(this.peekVersion(key, id), id)
    return this.#placed(this.records.version((await this.#many([this.#names.ofVersion(key, id)]))[0], key), id)
  }

  /** The version of an entry that was seen here, where a trip is saved: it went along, or is in hand. */
  beside(seen: Seen, key: string, ref: VersionRef): Placed | undefined {
    if (seen.tried?.id === ref.id) return seen.tried.placed
    const known = this.store.remote ? seen.opened && inHand(seen.opened, ref) : undefined
    const placed = known ?? this.#placed(this.records.versionAlong(seen.along, key, ref), ref.id)
    seen.tried = { id: ref.id, placed }
    return placed
  }

  /** The same, else out of the store: one that is here is asked whether it still has it, and then it need not be opened again. */
  async versionOf(seen: Seen, key: string, ref: VersionRef): Promise<Placed | undefined> {
    const owed = this.owed.of(key)?.versions.get(ref.id)
    if (owed !== undefined || this.store.live) return owed ?? this.version(key, ref.id)
    const beside = this.beside(seen, key, ref)
    if (beside !== undefined) return beside
    const [record] = await this.#many([this.#names.ofVersion(key, ref.id)])
    const again = this.bodyUse.by(record && seen.opened && inHandOf(seen.opened, ref, record))
    const placed = again ?? this.#placed(this.records.version(record, key), ref.id)
    return placed && { ...placed, record }
  }

  #placed(version: LiveVersion | undefined, id: string): Placed | undefined {
    if (version?.id !== id) return undefined
    const { body } = version
    if (body !== undefined) return body.length === version.size ? { version, body } : undefined
    if (version.bodyId === undefined) return undefined
    const place = { bodyId: version.bodyId, size: version.size }
    return {
      version: this.#atHome(version),
      body: this.#rooms.bodies.open(this.store, place, () => this.#rooms.background(this.giveUp(version))),
    }
  }

  /** {@link GivingUp} */
  giveUp(version: LiveVersion): Promise<void> {
    return this.#givingUp.version(version, this.#names.ofVersion(version.key, version.id))
  }

  async #sayAgain(key: string): Promise<void> {
    const { entry, along } = (await this.seen(key, [])) ?? {}
    if (entry && along) await this.writes.write(entry, undefined, { along: 'given up' })
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

  async write(entry: EntryRecord, placed: Placed | undefined, how: Writing = {}): Promise<EntryRecord> {
    const written = await this.writes.write(entry, placed, how)
    this.store.tell?.(worded({ of: 'entry', key: written.key }))
    this.#rooms.wrote(written)
    return written
  }

  /** Puts into a live tier what was found elsewhere: see {@link LiveShelf.bring}. */
  bring(entry: EntryRecord, placed: Placed): EntryRecord | undefined {
    return this.writes.remembering(entry.key, (shelf) => shelf.bring(entry, placed))
  }

  rememberEntry(entry: EntryRecord): void {
    this.writes.remembering(entry.key, (shelf) => shelf.rememberEntry(entry))
  }
}
