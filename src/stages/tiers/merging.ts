import type { Clock } from '../../model/clock.ts'
import type { EntryRecord, Stamp, VersionRecord } from '../../model/record.ts'
import type { Retiring } from '../../model/stages.ts'
import type { KnownValue, Store, StoreEntry } from '../../model/store.ts'
import { sha256 } from '../../policy/cache-key.ts'
import { merge } from '../../policy/merge.ts'
import { isVersionRecord } from '../../policy/record-shape.ts'
import { goneWith, isBare, remembered, sparingPinned, upToNow, withoutVersions } from '../../policy/removal.ts'
import { withDerived } from '../../policy/version-id.ts'
import { entryValue } from './carried.ts'
import { alongside, decode, encode } from './codec.ts'
import { type KeepWords, keepWords } from './kept.ts'
import type { Writing } from './placed.ts'

/** How long the word that an entry was deleted, or that it failed, is kept in ms: a tier that was away for longer brings it back. */
const BARE = 7 * 24 * 3600 * 1000

/** The record of a version, and of what was derived from it. */
export const versionKeys = (hash: string, id: string): string[] => withDerived(id).map((whole) => `h1:v:${hash}:${whole}`)

/** What a write comes to. */
export interface Merged {
  readonly merged: EntryRecord
  /** Empty: there is nothing to write. */
  readonly entries: readonly StoreEntry[]
  /** Store keys that nothing names any more. */
  readonly gone: readonly string[]
  /** Those of the entries that expire at once: to be cleared away by who has the turn still. */
  readonly expired: readonly string[]
  /** What it was merged into. */
  readonly known: KnownValue
}

/** What a store has of an entry. */
interface Known {
  readonly bytes: Uint8Array | undefined
  readonly entry: EntryRecord | undefined
}

const NOTHING: Known = { bytes: undefined, entry: undefined }

export interface MergingRooms {
  readonly clock: Clock
  /** The entry that these bytes are; undefined for what is damaged or foreign. */
  readonly read: (bytes: Uint8Array, key: string) => EntryRecord | undefined
}

/** What is said of an entry, merged into what a store has of it. */
export class Merging {
  readonly #store: Store
  readonly #rooms: MergingRooms

  constructor(store: Store, rooms: MergingRooms) {
    this.#store = store
    this.#rooms = rooms
  }

  async merged(said: EntryRecord, version: VersionRecord | undefined, how: Writing): Promise<Merged> {
    const { clock } = this.#rooms
    const hash = sha256(said.key)
    const { bytes, entry: known } = how.isNew === true ? NOTHING : await this.#known(said.key, hash)
    const along = bytes === undefined || known === undefined || how.along === 'given up' ? undefined : alongside(bytes)
    const entry = sparingPinned(known, how.removes === undefined ? said : upToNow(said, known), clock.now())
    const before = { key: `h1:e:${hash}`, value: bytes }
    // A tier that others read is told nothing of an entry that it has nothing of: that may be one user's own.
    if (known === undefined && this.#store.shared && version === undefined && entry.policy === undefined)
      return unwritten(entry, before)
    if (how.retiring?.isLate(known) === true) return unwritten(known ?? { ...entry, variants: [] }, before)
    const merged = remembered(await retired(known === undefined ? entry : merge(known, entry), how.retiring))
    const isPlaced = (id: string): boolean => how.arePlaced === true || version?.id === id
    const kept = await this.#kept(known, merged, { hash, version, isPlaced })
    return {
      merged,
      entries: [...kept.given, ...this.#records(hash, merged, { version, along }), ...kept.takenBack],
      gone: goneWith(known, merged).flatMap((id) => versionKeys(hash, id)),
      expired: kept.takenBack.map(({ key }) => key),
      known: before,
    }
  }

  /** A store over the network makes room by rules of its own. */
  async #kept(
    known: EntryRecord | undefined,
    merged: EntryRecord,
    { hash, version, isPlaced }: { hash: string; version: VersionRecord | undefined; isPlaced: (id: string) => boolean },
  ): Promise<KeepWords> {
    if (this.#store.remote) return { given: [], takenBack: [] }
    const stored = async (id: string): Promise<VersionRecord | undefined> => {
      if (version?.id === id) return version
      const bytes = await this.#store.get(`h1:v:${hash}:${id}`)
      const found = bytes === undefined ? undefined : decode(bytes, merged.key, isVersionRecord)
      return found?.name === 'record' ? found.record : undefined
    }
    return keepWords(known, merged, { hash, now: this.#rooms.clock.now(), version: stored, isPlaced })
  }

  /** The version goes with its entry in one call; a store that cannot do so at once writes the version first. */
  #records(
    hash: string,
    merged: EntryRecord,
    { version, along }: { version: VersionRecord | undefined; along: Uint8Array | undefined },
  ): StoreEntry[] {
    const expires = isBare(merged) ? { expires: this.#rooms.clock.now() + BARE } : {}
    const index = { key: `h1:e:${hash}`, value: entryValue(this.#store, merged, { version, along }), ...expires }
    return version === undefined ? [index] : [{ key: `h1:v:${hash}:${version.id}`, value: encode(version) }, index]
  }

  /**
   * Unlike a look-up, a write must not take a failing read for an absent entry: it would overwrite what it cannot see. So what is not
   * understood is read a second time: it may be whole where it stands.
   */
  async #known(key: string, hash: string): Promise<Known> {
    let bytes = await this.#store.get(`h1:e:${hash}`)
    let entry = bytes && this.#rooms.read(bytes, key)
    if (bytes !== undefined && entry === undefined) {
      bytes = await this.#store.get(`h1:e:${hash}`)
      entry = bytes && this.#rooms.read(bytes, key)
    }
    return { bytes, entry }
  }
}

/** Nothing is to be written, for it is as `merged` says. */
const unwritten = (merged: EntryRecord, known: KnownValue): Merged => ({ merged, entries: [], gone: [], expired: [], known })

/** Without what is beyond what is kept, and read by nobody. */
async function retired(entry: EntryRecord, retiring: Retiring | undefined): Promise<EntryRecord> {
  if (retiring === undefined) return entry
  const ids = retiring.ids(entry)
  const read = await Promise.all(ids.map((id) => retiring.isRead(entry, id)))
  return without(
    entry,
    ids.filter((_, index) => read[index] === false),
    retiring.stamp,
  )
}

/** The same without these versions, said as of `stamp`. */
export function without(entry: EntryRecord, ids: readonly string[], stamp: Stamp): EntryRecord {
  return ids.length === 0 ? entry : merge(entry, withoutVersions(entry, new Set(ids), stamp))
}
