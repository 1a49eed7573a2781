import type { Clock } from '../../model/clock.ts'
import { type EntryRecord, INLINE_LIMIT, type VersionRecord } from '../../model/record.ts'
import type { Lease, Store } from '../../model/store.ts'
import { sha256 } from '../../policy/cache-key.ts'
import { merge } from '../../policy/merge.ts'
import { goneWith, isBare, remembered } from '../../policy/removal.ts'
import { withDerived } from '../../policy/version-id.ts'
import { encode } from './codec.ts'
import type { LiveShelf } from './live-shelf.ts'
import type { BodyRoom, Placed } from './placed.ts'
import { inTurn } from './turn.ts'

/** How long the word that an entry was deleted, or that it failed, is kept in ms: a tier that was away for longer brings it back. */
const BARE = 7 * 24 * 3600 * 1000

/** The record of a version, and of what was derived from it. */
export const versionKeys = (hash: string, id: string): string[] => withDerived(id).map((whole) => `h1:v:${hash}:${whole}`)

interface WriteRooms {
  readonly clock: Clock
  readonly bodies: BodyRoom
  readonly shelf: LiveShelf | undefined
  /** The entry that these bytes are; undefined for what is damaged or foreign. */
  readonly read: (bytes: Uint8Array, key: string) => EntryRecord | undefined
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
  write(entry: EntryRecord, placed: Placed | undefined, fence: Lease | undefined): Promise<EntryRecord> {
    const { shelf } = this.#rooms
    if (shelf !== undefined) return Promise.resolve(writeLive(shelf, entry, placed))
    const before = this.#writing.get(entry.key) ?? Promise.resolve()
    const write = (): Promise<EntryRecord> => this.#write(entry, placed, fence)
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

  /** The version goes with its entry in one call; a store that cannot do so at once writes the version first. */
  async #write(entry: EntryRecord, placed: Placed | undefined, fence: Lease | undefined): Promise<EntryRecord> {
    const version = placed === undefined ? undefined : await this.#placed(placed)
    const { clock } = this.#rooms
    const hash = sha256(entry.key)
    return inTurn(this.#store, hash, {
      clock,
      write: async (turn) => {
        const known = await this.#known(entry.key, hash)
        // A tier that others read is told nothing of an entry that it has nothing of: that may be one user's own.
        if (known === undefined && this.#store.shared && version === undefined && entry.policy === undefined) return entry
        const merged = remembered(known === undefined ? entry : merge(known, entry))
        const index = { key: `h1:e:${hash}`, value: encode(merged), ...(isBare(merged) && { expires: clock.now() + BARE }) }
        const writes = version === undefined ? [index] : [{ key: `h1:v:${hash}:${version.id}`, value: encode(version) }, index]
        const allowed = fence ?? turn
        await this.#store.setMany(writes, allowed === undefined ? undefined : { fence: allowed })
        const gone = goneWith(known, entry)
        if (gone.length > 0) await this.#store.delete(gone.flatMap((id) => versionKeys(hash, id)))
        return merged
      },
    })
  }

  /** Unlike a look-up, a write must not take a failing read for an absent entry: it would overwrite what it cannot see. */
  async #known(key: string, hash: string): Promise<EntryRecord | undefined> {
    const bytes = await this.#store.get(`h1:e:${hash}`)
    return bytes === undefined ? undefined : this.#rooms.read(bytes, key)
  }

  async #placed({ version, body }: Placed): Promise<VersionRecord> {
    const { body: _inline, bodyId: _elsewhere, home, facts: _parsed, ...rest } = version
    if (home?.tier === this.#store.name) return { ...rest, bodyId: home.bodyId }
    if (body instanceof Uint8Array && body.length <= INLINE_LIMIT) return { ...rest, body }
    return { ...rest, bodyId: await this.#rooms.bodies.copy(body, this.#store) }
  }
}

function writeLive(shelf: LiveShelf, entry: EntryRecord, placed: Placed | undefined): EntryRecord {
  const known = shelf.entry(entry.key)
  const merged = remembered(known === undefined ? entry : merge(known, entry))
  if (placed !== undefined) shelf.remember(placed)
  shelf.forget(entry.key, goneWith(known, entry))
  shelf.rememberEntry(merged)
  return merged
}
