import { wholeOf } from '../../../model/body-chunks.ts'
import type { EntryRecord, VersionRecord, VersionRef } from '../../../model/record.ts'
import { CHUNK_SIZE, INLINE_LIMIT, plainOf } from '../../../model/record.ts'
import { isPartitioned, sha256 } from '../../../policy/cache-key.ts'
import { merge } from '../../../policy/merge.ts'
import { isBare } from '../../../policy/removal.ts'
import { sharing } from '../../../policy/sharing.ts'
import { encode } from '../codec.ts'
import { concerning, markedAt } from '../marks.ts'
import type { Placed } from '../placed.ts'
import type { Tier } from '../tier.ts'
import type { Tiers } from '../tiers.ts'
import { lookedBy } from '../unheard.ts'
import { everyEntry, type Known, refsOf } from './listing.ts'
import { placedIn } from './proving.ts'
import { readUses, readVersions } from './reading.ts'
import type { UpkeepRooms } from './rooms.ts'
import { watched } from './watched.ts'

/** Entries copied side by side: as many bodies have a chunk in memory. */
const SIDE_BY_SIDE = 16

export interface CopyReport {
  entries: number
  /** Of bodies that were copied; what the target had already is not copied again. */
  bytes: number
}

/** Copies all that the tiers know into another store, merged into what that has. */
export async function copyAll(rooms: UpkeepRooms, target: Tier): Promise<CopyReport> {
  const report: CopyReport = { entries: 0, bytes: 0 }
  const copying = new Copying(rooms, target, report)
  const failed = (error: unknown): never => {
    throw error
  }
  for await (const slice of everyEntry(rooms, { failed })) {
    for (let from = 0; from < slice.length; from += SIDE_BY_SIDE) {
      const some = slice.slice(from, from + SIDE_BY_SIDE)
      const copied = await Promise.allSettled(some.map((known) => copying.entry(known)))
      // In a store that is smaller than they are together one may have stood in the other's way: alone each has all the room.
      for (const [index, { status }] of copied.entries()) if (status === 'rejected') await copying.entry(some[index] as Known)
      await rooms.pace.round()
    }
  }
  return report
}

/**
 * Brings one entry, as all tiers know it now, into one of them.
 *
 * @throws also where all that is known was brought, and a tier that could not be asked may know more
 */
export async function copyOne(rooms: UpkeepRooms, target: Tier, key: string): Promise<void> {
  const debt = target.owed.of(key)
  const { nearestFirst } = rooms.tiers
  const { found, silent } = await lookedBy(nearestFirst, () => Promise.all(nearestFirst.map((tier) => tier.entry(key, []))))
  const known = found.filter((entry) => entry !== undefined)
  if (known.length > 0) {
    await new Copying(rooms, target, { entries: 0, bytes: 0 }).entry({ hash: sha256(key), entry: known.reduce(merge) })
    target.owed.settle(key, debt)
  }
  if (silent[0] !== undefined) throw silent[0].health.unheard?.error
}

class Copying {
  readonly #rooms: UpkeepRooms
  readonly #target: Tier
  readonly #report: CopyReport
  #last: Promise<unknown> = Promise.resolve()

  constructor(rooms: UpkeepRooms, target: Tier, report: CopyReport) {
    this.#rooms = rooms
    this.#target = target
    this.#report = report
  }

  /** Bodies and records of versions first, then the entry that names them: a copy that breaks off names nothing that is not there. */
  async entry({ hash, entry }: Known): Promise<void> {
    const urls = new Set<string>()
    const copied = new Map<string, Placed>()
    for (const ref of refsOf(entry)) {
      const placed = await this.#version({ hash, entry, ref })
      if (placed === undefined) continue
      copied.set(ref.id, placed)
      for (const url of placed.version.redirects?.urls ?? []) urls.add(url)
    }
    const older = await marked(this.#rooms.tiers, entry, [...urls])
    const isThere = ({ id, removed }: VersionRef): boolean => removed !== undefined || copied.has(id)
    const variants = older.variants
      .map((variant) => ({ ...variant, versions: variant.versions.filter(isThere) }))
      .filter(({ versions }) => versions.length > 0)
    const { store } = this.#target
    // What others read is told of an entry only with a version that it may have.
    const shown = store.shared ? [...copied.values()].at(-1) : undefined
    if (store.shared && shown === undefined && !isBare(entry)) return this.#removal(older)
    await this.#target.write({ ...older, variants }, shown, { arePlaced: true })
    if (isBare(entry)) return
    this.#report.entries++
    await this.#use(hash)
  }

  /** That what it had was deleted it is told also where all that came after is none of its business. */
  async #removal({ key, method, url, group, removed }: EntryRecord): Promise<void> {
    if (removed !== undefined) await this.#target.write({ key, method, url, group, variants: [], removed }, undefined)
  }

  /** Undefined where no tier has it any more, or the target is not to have it. */
  async #version(of: { hash: string; entry: EntryRecord; ref: VersionRef }): Promise<Placed | undefined> {
    const { hash, entry, ref } = of
    let silent: { readonly error: unknown } | undefined
    for (const tier of this.#rooms.tiers.nearestFirst) {
      const placed = await placedIn(this.#rooms, tier, { hash, id: ref.id, key: entry.key }).catch((error: unknown) => {
        silent = { error }
        return undefined
      })
      if (placed === undefined || placed.version.digest !== ref.digest) continue
      if (!this.#admits(entry, placed.version)) return undefined
      const source = watched(placed.body)
      try {
        return await this.#place(hash, { version: placed.version, body: source.body })
      } catch (error) {
        // What cannot be read here may be whole elsewhere; what cannot be written is the end.
        if (!source.hasFailed()) throw error
      }
    }
    if (silent !== undefined) throw silent.error
    return undefined
  }

  #admits({ key, url }: EntryRecord, version: VersionRecord): boolean {
    const { name, shared, maxEntryBytes = Number.POSITIVE_INFINITY } = this.#target.store
    const isPrivate = shared && sharing(version, isPartitioned(key) ? 'by credentials' : 'for all') === 'private'
    if (!isPrivate && version.size <= maxEntryBytes) return true
    this.#rooms.report('store-skipped', () => ({ key, url, tier: name, reason: isPrivate ? 'private' : 'too-large' }))
    return false
  }

  /** As it stands in the target from now on. */
  async #place(hash: string, { version, body }: Placed): Promise<Placed> {
    const target = this.#target
    if (target.shelf !== undefined) {
      const whole = { version, body: await wholeOf(body) }
      target.shelf.remember(whole)
      this.#report.bytes += version.size
      return whole
    }
    const [there] = await readVersions(target, [{ hash, id: version.id }])
    const known = there === 'foreign' || there?.digest !== version.digest ? undefined : there
    const small = version.size <= INLINE_LIMIT ? await wholeOf(body) : undefined
    const bodyId = small === undefined ? await this.#body(version, { body, known: known?.bodyId }) : undefined
    if (small !== undefined && known === undefined) this.#report.bytes += small.length
    const home = bodyId === undefined ? undefined : { tier: target.store.name, bodyId }
    const placed = { version: { ...plainOf(version), home }, body: small ?? body }
    const isNews = known === undefined || known.checkedAt < version.checkedAt || known.bodyId !== bodyId
    if (isNews) await target.writes.place(placed)
    return placed
  }

  /** The body that has these bytes in the target: the one of an earlier copy, one with equal bytes, or a copy made now. */
  async #body(version: VersionRecord, { body, known }: { body: Placed['body']; known: string | undefined }): Promise<string> {
    const { inventory, copy } = this.#rooms
    const { store } = this.#target
    if (known !== undefined && (await inventory.stands(store, { bodyId: known, size: version.size }))) return known
    const equal = await inventory.holding(store, version)
    if (equal !== undefined) return equal
    const bodyId = await (version.size > CHUNK_SIZE ? this.#alone(() => copy(body, store)) : copy(body, store))
    await inventory.say(store, version.digest, bodyId)
    this.#report.bytes += version.size
    return bodyId
  }

  /** Of bodies that come in several writes one at a time: what makes room in a bounded store would give up the others, half-way. */
  #alone<T>(copy: () => Promise<T>): Promise<T> {
    const copied = this.#last.then(copy, copy)
    this.#last = copied
    return copied
  }

  /** How it was used: counts cannot be merged, so those that know more stay. */
  async #use(hash: string): Promise<void> {
    const target = this.#target
    if (target.shelf !== undefined) return
    const tiers = [target, ...this.#rooms.tiers.nearestFirst]
    const uses = await Promise.all(tiers.map((tier) => readUses(tier, [{ hash }]).catch(() => [])))
    const [there, ...others] = uses.map(([use]) => use)
    const most = others.reduce((best, use) => ((use?.requests ?? 0) > (best?.requests ?? 0) ? use : best), there)
    if (most !== undefined && most !== there) await target.store.set(`h1:s:${hash}`, encode(most))
  }
}

/** The entry, as old as all marks say that concern it, or where redirects led: the marks themselves are not copied. */
async function marked(tiers: Tiers, entry: EntryRecord, urls: readonly string[]): Promise<EntryRecord> {
  const names = concerning(entry, urls)
  const said = await Promise.all(tiers.nearestFirst.map((tier) => tier.markedAt(names)))
  return names.reduce((older, name) => tiers.marks.applied(older, name), markedAt(entry, Math.max(0, ...said)))
}
