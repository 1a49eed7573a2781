import type { Clock } from '../../model/clock.ts'
import { type EntryRecord, INLINE_LIMIT, type Stamp, type VersionRecord } from '../../model/record.ts'
import type { Lease, Store, StoreEntry } from '../../model/store.ts'
import { sha256 } from '../../policy/cache-key.ts'
import { merge } from '../../policy/merge.ts'
import { isVersionRecord } from '../../policy/record-shape.ts'
import { goneWith, isBare, remembered, sparingPinned, withoutVersions } from '../../policy/removal.ts'
import { pinnedUntil } from '../../policy/retention.ts'
import { withDerived } from '../../policy/version-id.ts'
import { entryValue } from './carried.ts'
import { alongside, decode, encode } from './codec.ts'
import { type KeepWords, keepWords } from './kept.ts'
import type { LiveShelf } from './live-shelf.ts'
import type { BodyRoom, Placed, Retiring, Seen, Writing } from './placed.ts'
import { inTurn } from './turn.ts'

/** How long the word that an entry was deleted, or that it failed, is kept in ms: a tier that was away for longer brings it back. */
const BARE = 7 * 24 * 3600 * 1000

/** How often a write is begun anew whose turn ran out under it: the process was stopped, or has too much to do. */
const TURNS = 3

/** The record of a version, and of what was derived from it. */
export const versionKeys = (hash: string, id: string): string[] => withDerived(id).map((whole) => `h1:v:${hash}:${whole}`)

interface WriteRooms {
  readonly clock: Clock
  readonly bodies: BodyRoom
  readonly shelf: LiveShelf | undefined
  /** The entry that these bytes are; undefined for what is damaged or foreign. */
  readonly read: (bytes: Uint8Array, key: string) => EntryRecord | undefined
}

interface Setting {
  readonly merged: EntryRecord
  readonly along: Seen['along']
  readonly version: VersionRecord | undefined
  readonly kept: readonly StoreEntry[]
  readonly fence: Lease | undefined
}

/** Writes to one tier: what is said is merged into what is there. */
export class Writes {
  readonly #store: Store
  readonly #rooms: WriteRooms
  readonly #writing = new Map<string, Promise<unknown>>()

  constructor(store: Store, rooms: WriteRooms) {
    this.#store = store
    this.#rooms = rooms
  }

  /** Read, merge, set; one after the other for each entry, so that what this process says twice at once is not lost. */
  write(entry: EntryRecord, placed: Placed | undefined, how: Writing): Promise<EntryRecord> {
    const { shelf, clock } = this.#rooms
    if (shelf !== undefined) return Promise.resolve(writeLive(shelf, placed, entry, { ...how, now: clock.now() }))
    const before = this.#writing.get(entry.key) ?? Promise.resolve()
    const write = (): Promise<EntryRecord> => this.#write(entry, placed, how)
    const writing = before.then(write, write)
    this.#writing.set(entry.key, writing)
    const over = (): void => {
      if (this.#writing.get(entry.key) === writing) this.#writing.delete(entry.key)
    }
    writing.then(over, over)
    return writing
  }

  /** A version alone: nothing names it until its entry is written. */
  async place(placed: Placed): Promise<void> {
    const version = await this.#placed(placed)
    await this.#store.set(`h1:v:${sha256(version.key)}:${version.id}`, encode(version))
  }

  async #write(said: EntryRecord, placed: Placed | undefined, how: Writing): Promise<EntryRecord> {
    const version = placed === undefined ? undefined : await this.#placed(placed)
    for (let left = TURNS; ; left--) {
      try {
        return await this.#writeInTurn(said, version, how)
      } catch (error) {
        // Its turn had passed on before it was written, so what it read is old. That it was too late to ask is another matter.
        if ((error as { code?: unknown }).code !== 'FENCED' || how.fence !== undefined || left === 0) throw error
      }
    }
  }

  #writeInTurn(said: EntryRecord, version: VersionRecord | undefined, how: Writing): Promise<EntryRecord> {
    const { fence, over, retiring } = how
    const { clock } = this.#rooms
    const hash = sha256(said.key)
    return inTurn(this.#store, hash, {
      clock,
      write: async (turn) => {
        const { entry: known, ...beside } = await this.#known(said.key, hash)
        const along = how.along === 'given up' ? undefined : beside.along
        const entry = sparingPinned(known, said, clock.now())
        // A tier that others read is told nothing of an entry that it has nothing of: that may be one user's own.
        if (known === undefined && this.#store.shared && version === undefined && entry.policy === undefined) return entry
        const merged = remembered(await retired(known === undefined ? entry : merge(known, entry), retiring))
        const kept = await this.#kept(known, merged, { hash, version })
        const setting = this.#set(hash, { merged, along, version, kept: kept.set, fence: fence ?? turn.lease })
        if (!this.#store.remote) void over?.()
        await turn.last(setting)
        await this.#drop([...goneWith(known, merged).flatMap((id) => versionKeys(hash, id)), ...kept.delete])
        return merged
      },
    })
  }

  /** A store over the network makes room by rules of its own. */
  async #kept(
    known: EntryRecord | undefined,
    merged: EntryRecord,
    { hash, version }: { hash: string; version: VersionRecord | undefined },
  ): Promise<KeepWords> {
    const stored = async (id: string): Promise<VersionRecord | undefined> => {
      if (version?.id === id) return version
      const bytes = await this.#store.get(`h1:v:${hash}:${id}`)
      const found = bytes === undefined ? undefined : decode(bytes, merged.key, isVersionRecord)
      return found?.name === 'record' ? found.record : undefined
    }
    return this.#store.remote
      ? { set: [], delete: [] }
      : keepWords(known, merged, { hash, now: this.#rooms.clock.now(), version: stored })
  }

  /** The version goes with its entry in one call; a store that cannot do so at once writes the version first. */
  async #set(hash: string, { merged, along, version, kept, fence }: Setting): Promise<void> {
    const expires = isBare(merged) ? { expires: this.#rooms.clock.now() + BARE } : {}
    const index = { key: `h1:e:${hash}`, value: entryValue(this.#store, merged, { version, along }), ...expires }
    const writes = version === undefined ? [index] : [{ key: `h1:v:${hash}:${version.id}`, value: encode(version) }, index]
    await this.#store.setMany([...writes, ...kept], fence === undefined ? undefined : { fence })
  }

  async #drop(keys: string[]): Promise<void> {
    if (keys.length === 0) return
    // What nothing names any more is found by a sweep. The guard has told of the store that failed.
    await this.#store.delete(keys).catch(() => undefined)
  }

  /**
   * Unlike a look-up, a write must not take a failing read for an absent entry: it would overwrite what it cannot see. So what is not
   * understood is read a second time: it may be whole where it stands.
   */
  async #known(key: string, hash: string): Promise<Partial<Seen>> {
    const read = async (): Promise<Partial<Seen> | undefined> => {
      const bytes = await this.#store.get(`h1:e:${hash}`)
      const entry = bytes && this.#rooms.read(bytes, key)
      return bytes === undefined ? {} : entry && { entry, along: alongside(bytes) }
    }
    return (await read()) ?? (await read()) ?? {}
  }

  async #placed({ version, body }: Placed): Promise<VersionRecord> {
    const { body: _inline, bodyId: _elsewhere, home, facts: _parsed, ...rest } = version
    if (home?.tier === this.#store.name) return { ...rest, bodyId: home.bodyId }
    if (body instanceof Uint8Array && body.length <= INLINE_LIMIT) return { ...rest, body }
    return { ...rest, bodyId: await this.#rooms.bodies.copy(body, this.#store) }
  }
}

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

function without(entry: EntryRecord, ids: readonly string[], stamp: Stamp): EntryRecord {
  return ids.length === 0 ? entry : merge(entry, withoutVersions(entry, new Set(ids), stamp))
}

const pinnedIds = (entry: EntryRecord, now: number): ReadonlySet<string> => new Set(pinnedUntil(entry, now).keys())

/** Whoever reads a live version has its bytes in hand. */
function writeLive(
  shelf: LiveShelf,
  placed: Placed | undefined,
  said: EntryRecord,
  { now, retiring }: Writing & { now: number },
): EntryRecord {
  const known = shelf.entry(said.key)
  const entry = sparingPinned(known, said, now)
  const whole = known === undefined ? entry : merge(known, entry)
  const merged = remembered(retiring === undefined ? whole : without(whole, retiring.ids(whole), retiring.stamp))
  if (placed !== undefined) shelf.remember(placed)
  shelf.forget(merged.key, goneWith(known, merged))
  shelf.rememberEntry(merged)
  shelf.keep(merged, pinnedIds(known ?? merged, now), pinnedIds(merged, now))
  return merged
}
