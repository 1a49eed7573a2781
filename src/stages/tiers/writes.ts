import { isBytes } from '../../model/bytes.ts'
import { HoldfastError } from '../../model/errors.ts'
import { type EntryRecord, INLINE_LIMIT, plainOf, type VersionRecord } from '../../model/record.ts'
import type { Lease, Store } from '../../model/store.ts'
import { sha256 } from '../../policy/cache-key.ts'
import { merge } from '../../policy/merge.ts'
import { goneWith, remembered, sparingPinned, upToNow } from '../../policy/removal.ts'
import { pinnedUntil } from '../../policy/retention.ts'
import { encode } from './codec.ts'
import type { LiveShelf } from './live-shelf.ts'
import { Merging, type MergingRooms, without } from './merging.ts'
import type { BodyRoom, Placed, Writing } from './placed.ts'
import { inTurn } from './turn.ts'

/** How often a write is begun anew under which the entry changed: at each of these somebody else's was written. */
const TRIES = 1_000

interface WriteRooms extends MergingRooms {
  readonly bodies: BodyRoom
  readonly shelf: LiveShelf | undefined
}

/** Writes to one tier: what is said is merged into what is there. */
export class Writes {
  readonly #store: Store
  readonly #rooms: WriteRooms
  readonly #merging: Merging
  readonly #writing = new Map<string, Promise<unknown>>()

  constructor(store: Store, rooms: WriteRooms) {
    this.#store = store
    this.#rooms = rooms
    this.#merging = new Merging(store, rooms)
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

  /** Puts into a live tier what is said elsewhere; what is pinned is held there as before. */
  remembering<T>(key: string, put: (shelf: LiveShelf) => T): T | undefined {
    const { shelf, clock } = this.#rooms
    if (shelf === undefined) return undefined
    const brought = put(shelf)
    const entry = shelf.lookEntry(key)
    const pinned = entry === undefined ? new Set<string>() : pinnedIds(entry, clock.now())
    if (entry !== undefined) shelf.keep(entry, pinned, pinned)
    return brought
  }

  /** A version alone: nothing names it until its entry is written. */
  async place(placed: Placed): Promise<void> {
    const version = await this.#placed(placed)
    await this.#store.set(`h1:v:${sha256(version.key)}:${version.id}`, encode(version))
  }

  /** What is being written of this entry. */
  async underWay(key: string): Promise<unknown> {
    return this.#writing.get(key)
  }

  async #write(said: EntryRecord, placed: Placed | undefined, how: Writing): Promise<EntryRecord> {
    const version = placed === undefined ? undefined : await this.#placed(placed)
    if (this.#store.compareAndSet !== undefined) return this.#writeUnlessChanged(said, version, how)
    return inTurn(this.#store, sha256(said.key), {
      clock: this.#rooms.clock,
      write: async (lease) => {
        // Whoever has the right since takes this turn to write: so it is enough to ask once, and the turn is the fence.
        if (lease !== undefined && how.fence !== undefined) await this.#store.setMany([], { fence: how.fence })
        const { merged, entries, gone, expired } = await this.#merging.merged(said, version, { ...how, isNew: false })
        if (entries.length === 0) return merged
        const fence = lease ?? how.fence
        await this.#store.setMany([...entries], fence === undefined ? undefined : { fence })
        await this.#drop(gone)
        if (lease !== undefined) await this.#drop(expired, { fence: lease })
        return merged
      },
    })
  }

  async #writeUnlessChanged(said: EntryRecord, version: VersionRecord | undefined, how: Writing): Promise<EntryRecord> {
    const { fence } = how
    const right = fence === undefined ? undefined : { fence, release: true }
    let { isNew } = how
    for (let left = TRIES; left > 0; left--) {
      const { merged, entries, gone, known } = await this.#merging.merged(said, version, { ...how, isNew })
      if (entries.length === 0) return merged
      if (await this.#store.compareAndSet?.(known, [...entries], right)) {
        await this.#drop(gone)
        return merged
      }
      isNew = false
    }
    throw new HoldfastError('STORE', `${this.#store.name}: an entry was changed by others at each of ${TRIES} tries to write it`)
  }

  async #drop(keys: readonly string[], options?: { fence: Lease }): Promise<void> {
    if (keys.length === 0) return
    // What nothing names any more is found by a sweep. The guard has told of the store that failed.
    await this.#store.delete([...keys], options).catch(() => undefined)
  }

  async #placed({ version, body }: Placed): Promise<VersionRecord> {
    const { body: _inline, bodyId: _elsewhere, home, facts: _parsed, ...rest } = plainOf(version)
    if (home?.tier === this.#store.name) return { ...rest, bodyId: home.bodyId }
    if (isBytes(body) && body.length <= INLINE_LIMIT) return { ...rest, body }
    return { ...rest, bodyId: await this.#rooms.bodies.copy(body, this.#store) }
  }
}

const pinnedIds = (entry: EntryRecord, now: number): ReadonlySet<string> => new Set(pinnedUntil(entry, now).keys())

/** Whoever reads a live version has its bytes in hand. */
function writeLive(
  shelf: LiveShelf,
  placed: Placed | undefined,
  said: EntryRecord,
  { now, retiring, removes }: Writing & { now: number },
): EntryRecord {
  const known = shelf.entry(said.key)
  if (retiring?.isLate(known) === true) return known ?? { ...said, variants: [] }
  const entry = sparingPinned(known, removes === undefined ? said : upToNow(said, known), now)
  const whole = known === undefined ? entry : merge(known, entry)
  const merged = remembered(retiring === undefined ? whole : without(whole, retiring.ids(whole), retiring.stamp))
  shelf.forget(merged.key, goneWith(known, merged))
  shelf.rememberEntry(merged, placed)
  shelf.keep(merged, pinnedIds(known ?? merged, now), pinnedIds(merged, now))
  return merged
}
