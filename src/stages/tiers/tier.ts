import type { Report } from '../../model/events.ts'
import { type EntryRecord, INLINE_LIMIT, type LiveVersion, type MarkRecord, type VersionRecord } from '../../model/record.ts'
import type { StoredBody } from '../../model/rooms.ts'
import type { Lease, Store } from '../../model/store.ts'
import { sha256 } from '../../policy/cache-key.ts'
import { versionFacts } from '../../policy/candidate.ts'
import { merge } from '../../policy/merge.ts'
import { type Decoded, decode, encode } from './codec.ts'
import { markedAt, markKey } from './marks.ts'

/** The ways of bytes that a tier is handed. */
export interface BodyRoom {
  open(store: Store, place: { bodyId: string; size: number }, damaged: () => void): StoredBody
  copy(body: Uint8Array | StoredBody, to: Store): Promise<string>
}

export interface Placed {
  /** Its `home` says where the body stands already: it is not copied there. */
  readonly version: LiveVersion
  readonly body: Uint8Array | StoredBody
}

const liveEntry = (key: string): string => `h1:e:${key}`
const liveVersion = (key: string, id: string): string => `h1:v:${key}:${id}`

/** What a decoded record costs a live tier beside its body; measured at some 400 to 900 bytes. */
const RECORD_COST = 700

/** One tier: records of entries and versions in one store. A read that fails is a miss; a write that fails rejects. */
export class Tier {
  readonly store: Store
  readonly #bodies: BodyRoom
  readonly #report: Report
  readonly #background: (work: Promise<unknown>) => void
  readonly #writing = new Map<string, Promise<unknown>>()

  constructor(
    store: Store,
    { bodies, report, background }: { bodies: BodyRoom; report: Report; background: (work: Promise<unknown>) => void },
  ) {
    this.store = store
    this.#bodies = bodies
    this.#report = report
    this.#background = background
  }

  /** In this process, at once; undefined where there is no such record or the store is not live. */
  peekEntry(key: string): EntryRecord | undefined {
    return this.store.live?.get(liveEntry(key)) as EntryRecord | undefined
  }

  peekVersion(key: string, id: string): LiveVersion | undefined {
    return this.store.live?.get(liveVersion(key, id)) as LiveVersion | undefined
  }

  /** The entry, as old as the marks say that concern it. */
  async entry(key: string, marks: readonly string[]): Promise<EntryRecord | undefined> {
    if (this.store.live) return this.peekEntry(key)
    const [bytes, ...said] = await this.#many([`h1:e:${sha256(key)}`, ...marks.map(markKey)])
    const entry = bytes === undefined ? undefined : this.#accepted(decode<EntryRecord>(bytes, key), key)
    if (entry === undefined) return undefined
    return markedAt(entry, this.#latest(said, marks))
  }

  /** The time of the latest of these marks, epoch ms; 0 for none. */
  async markedAt(marks: readonly string[]): Promise<number> {
    return this.store.live ? 0 : this.#latest(await this.#many(marks.map(markKey)), marks)
  }

  #latest(said: readonly (Uint8Array | undefined)[], marks: readonly string[]): number {
    return Math.max(0, ...said.map((mark, index) => this.#timeOf(mark, marks[index] ?? '')))
  }

  #timeOf(mark: Uint8Array | undefined, name: string): number {
    return mark === undefined ? 0 : (this.#accepted(decode<MarkRecord>(mark, sha256(name)), name)?.at ?? 0)
  }

  /** The version with its body: bytes where it is inline or live, else to be read from the store. */
  async version(key: string, id: string): Promise<Placed | undefined> {
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
    this.#background(this.store.delete([`h1:v:${sha256(key)}:${id}`, `h1:d:${digest}`]))
  }

  async #stored(key: string, id: string): Promise<VersionRecord | undefined> {
    const [bytes] = await this.#many([`h1:v:${sha256(key)}:${id}`])
    return bytes === undefined ? undefined : this.#accepted(decode<VersionRecord>(bytes, key), key)
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

  /** Read, merge, set; one after the other for each entry, so that what this process says twice at once is not lost. */
  write(entry: EntryRecord, placed: Placed | undefined, fence: Lease | undefined): Promise<EntryRecord> {
    const before = this.#writing.get(entry.key) ?? Promise.resolve()
    const writing = before.then(
      () => this.#write(entry, placed, fence),
      () => this.#write(entry, placed, fence),
    )
    this.#writing.set(entry.key, writing)
    const over = (): void => {
      if (this.#writing.get(entry.key) === writing) this.#writing.delete(entry.key)
    }
    writing.then(over, over)
    return writing
  }

  /** The version goes with its entry in one call; a store that cannot do so at once writes the version first. */
  async #write(entry: EntryRecord, placed: Placed | undefined, fence: Lease | undefined): Promise<EntryRecord> {
    const { live } = this.store
    const known = await this.#known(entry.key)
    const merged = known === undefined ? entry : merge(known, entry)
    if (live !== undefined) {
      if (placed !== undefined) this.remember(placed)
      live.set(liveEntry(entry.key), merged, RECORD_COST + 200 * merged.variants.length)
      return merged
    }
    const hash = sha256(entry.key)
    const index = { key: `h1:e:${hash}`, value: encode(merged) }
    const version = placed === undefined ? undefined : await this.#placed(placed)
    const writes = version === undefined ? [index] : [{ key: `h1:v:${hash}:${version.id}`, value: encode(version) }, index]
    await this.store.setMany(writes, fence === undefined ? undefined : { fence })
    return merged
  }

  /** Unlike a look-up, a write must not take a failing read for an absent entry: it would overwrite what it cannot see. */
  async #known(key: string): Promise<EntryRecord | undefined> {
    if (this.store.live) return this.peekEntry(key)
    const bytes = await this.store.get(`h1:e:${sha256(key)}`)
    return bytes === undefined ? undefined : this.#accepted(decode<EntryRecord>(bytes, key), key)
  }

  async #placed({ version, body }: Placed): Promise<VersionRecord> {
    const { body: _inline, bodyId: _elsewhere, home, facts: _parsed, ...rest } = version
    if (home?.tier === this.store.name) return { ...rest, bodyId: home.bodyId }
    if (body instanceof Uint8Array && body.length <= INLINE_LIMIT) return { ...rest, body }
    return { ...rest, bodyId: await this.#bodies.copy(body, this.store) }
  }

  /** Puts a version into a live tier, if it is one and takes bodies of that size. */
  remember({ version, body }: Placed): void {
    const { live, maxEntryBytes = Number.POSITIVE_INFINITY } = this.store
    if (live === undefined || !(body instanceof Uint8Array) || body.length > maxEntryBytes) return
    const { bodyId: _elsewhere, ...rest } = version
    const remembered: LiveVersion = { ...rest, body, facts: versionFacts(version) }
    live.set(liveVersion(version.key, version.id), remembered, RECORD_COST + body.length)
  }

  rememberEntry(entry: EntryRecord): void {
    this.store.live?.set(liveEntry(entry.key), entry, RECORD_COST + 200 * entry.variants.length)
  }
}
