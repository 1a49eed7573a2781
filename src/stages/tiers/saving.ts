import { HoldfastError } from '../../model/errors.ts'
import type { Report } from '../../model/events.ts'
import type { EntryRecord } from '../../model/record.ts'
import type { WriteRight } from '../../model/stages.ts'
import type { StoreEntry } from '../../model/store.ts'
import { merge } from '../../policy/merge.ts'
import { withoutLate } from '../../policy/removal.ts'
import { awaited, besideTheirs, type Change } from './change.ts'
import type { Placed, Writing } from './placed.ts'
import type { Tier } from './tier.ts'
import type { TierRooms } from './tier-rooms.ts'

/** A change, and whether there is another tier that would have it where this one does not take it. */
type Kept = Change & { readonly isKept: boolean }

export interface SavingRooms {
  readonly report: Report
  readonly background: (work: Promise<unknown>) => void
  /** Told what a tier did not take. */
  readonly missed: (tier: Tier, what: { key: string } | { marks: readonly StoreEntry[] }) => void
}

/** What all tiers are handed together. */
export type TiersRooms = Omit<TierRooms, 'pins' | 'inHand'> & SavingRooms

/** What was written before the answer. */
export interface Saved {
  /** The tier that has it. */
  readonly tier: string | undefined
  /** As all of them know it. */
  readonly entry: EntryRecord
  /** As the tier beside memory has it; undefined where there is none. */
  readonly saved: EntryRecord | undefined
}

/** Which tiers get a change, and which of them before the answer. */
export class Saving {
  readonly #nearestFirst: readonly Tier[]
  readonly #rooms: SavingRooms
  /** What is written behind and stands nowhere else yet, by the key of its entry. */
  readonly #behind = new Map<string, Promise<unknown>>()

  constructor(nearestFirst: readonly Tier[], rooms: SavingRooms) {
    this.#nearestFirst = nearestFirst
    this.#rooms = rooms
  }

  /** Writes the nearest durable tier that takes it before it resolves (where none is durable, one that is here), then the live ones; all others behind. */
  async write(change: Change, fence: WriteRight | undefined): Promise<Saved> {
    const open = this.#nearestFirst.filter((tier) => tier.store.readOnly !== true && this.#admits(tier, change))
    const live = open.filter((tier) => tier.store.live !== undefined)
    const isKept = live.some(({ shelf }) => change.placed === undefined || shelf?.takes(change.placed) === true)
    const behind = new Set(open.filter((tier) => !live.includes(tier)))
    let [saved, nearest]: [EntryRecord?, Tier?] = []
    for (nearest of awaited(open, change)) {
      behind.delete(nearest)
      saved = await this.#save(nearest, { ...change, isKept }, fence)
      if (saved !== undefined) break
    }
    const { placed, retiring, removes, known } = change
    let entry = saved ?? change.entry
    for (const tier of live) {
      const all = known === undefined || tier.shelf?.has(entry.key) === true ? entry : merge(known, entry)
      entry = await tier.write(all, placed, { retiring, removes })
    }
    for (const tier of behind) this.#saveBehind(tier, { ...change, isKept: isKept || saved !== undefined }, fence)
    return { tier: (saved === undefined ? live[0] : nearest)?.store.name, entry, saved }
  }

  #admits(tier: Tier, { placed, shareable, entry }: Change): boolean {
    const { name, shared, maxEntryBytes = Number.POSITIVE_INFINITY, live } = tier.store
    const reason =
      shared && !shareable ? 'private' : placed !== undefined && placed.version.size > maxEntryBytes ? 'too-large' : undefined
    // A live tier still keeps the entry of a version that is too large for it.
    if (reason === undefined || (reason === 'too-large' && live !== undefined)) return true
    this.#rooms.report('store-skipped', () => ({ key: entry.key, url: entry.url, tier: name, reason }))
    return false
  }

  /** Resolves when what this process writes behind of an entry, and has nowhere else, can be found again, or is given up. */
  async written(key: string): Promise<void> {
    await this.#behind.get(key)
  }

  isWriting(key: string): boolean {
    return this.#behind.has(key)
  }

  /** The same of all entries. */
  async allWritten(): Promise<void> {
    await Promise.all(this.#behind.values())
  }

  #saveBehind(tier: Tier, change: Kept, fence: WriteRight | undefined): void {
    const saving = this.#save(tier, change, fence).then((known) => this.#heard(tier, known, change))
    if (!change.isKept) this.note(change.entry.key, saving)
    // Given back before that, the right would pass to another process that does not find it yet, and asks the origin once more.
    this.#rooms.background((fence?.tier === tier.store.name ? fence.behind?.(saving) : undefined) ?? saving)
  }

  /** Another process has deleted it meanwhile, and only this tier knew: the others give it up. What was deleted here all of them were told. */
  async #heard(from: Tier, known: EntryRecord | undefined, { placed, retiring }: Kept): Promise<void> {
    if (known === undefined || placed === undefined || retiring?.isLate(known) !== true || retiring.isLate(undefined)) return
    for (const tier of this.#nearestFirst) {
      if (tier === from || tier.store.readOnly === true) continue
      const there = await tier.entry(known.key, [])
      const word = there && withoutLate(merge(there, known), placed.version.id, retiring.stamp)
      const { removed } = known
      // What it does not take now it is brought later.
      if (word !== undefined) await this.tell(tier, { ...(removed && { removed }), ...word }).catch(() => undefined)
    }
  }

  /** Something of this entry is being written, and who looks at what is stored is to find it. */
  note(key: string, saving: Promise<unknown>): void {
    const all = Promise.allSettled([this.#behind.get(key), saving]).then(() => {
      if (this.#behind.get(key) === all) this.#behind.delete(key)
    })
    this.#behind.set(key, all)
  }

  async #save(tier: Tier, change: Kept, fence: WriteRight | undefined): Promise<EntryRecord | undefined> {
    const { entry, placed, retiring, removes, isNew, isKept } = change
    const right = fence?.tier === tier.store.name ? fence : undefined
    try {
      const saved = await tier.write(entry, placed, { fence: right?.lease, retiring, removes, isNew })
      this.#told(tier, entry, placed)
      return saved
    } catch (error) {
      // Told as `tier-error` by the guard. A failed store is not a failed download: the caller gets the new body all the same.
      // Another process has the right by now. Who only never had his turn has something to say yet.
      const isRefused = right !== undefined && (error as { code?: unknown }).code === 'FENCED'
      const beside = isRefused ? besideTheirs(change, await tier.entry(entry.key, [])) : undefined
      if (beside === 'newer') return this.#save(tier, change, undefined)
      if (beside === 'late') return undefined
      // What was deleted meanwhile is nothing to be brought later.
      if (!isKept && retiring?.isLate(undefined) !== true) this.#owe(tier, entry, placed)
      this.#rooms.missed(tier, { key: entry.key })
      return undefined
    }
  }

  /**
   * One tier's share of what all of them are told, and keep nothing else of. One that does not take it now answers as if it had, and is
   * brought it later: another tier may have given it up by then. Resolves to what it knows now.
   *
   * @throws the error of the tier
   */
  async tell(tier: Tier, word: EntryRecord, how: Pick<Writing, 'removes'> = {}): Promise<EntryRecord> {
    const there = await tier.write(word, undefined, how).catch((error: unknown) => {
      this.#tellLater(tier, word)
      throw error
    })
    this.#told(tier, word)
    return there
  }

  /** What waits in hand for the tier answers alone while that is silent: the word counts there too, as does a newer version. */
  #told(tier: Tier, word: EntryRecord, placed?: Placed): void {
    if (tier.owed.of(word.key) !== undefined) this.#tellLater(tier, word, placed)
  }

  #tellLater(tier: Tier, word: EntryRecord, placed?: Placed): void {
    this.#owe(tier, word, placed)
    this.#rooms.missed(tier, { key: word.key })
  }

  #owe(tier: Tier, entry: EntryRecord, placed: Placed | undefined): void {
    for (const key of tier.owed.add(entry, placed)) {
      const warning = `${tier.store.name} could not be written, nothing else has this, and there is no more room to wait: it is given up`
      this.#rooms.report('warning', () => ({ key, url: '', warning }))
    }
  }

  /** @throws HoldfastError STORE where all tiers are only read: what is said would be acknowledged, and kept nowhere. */
  assertWritable(): void {
    if (this.#nearestFirst.every(({ store }) => store.readOnly === true))
      throw new HoldfastError('STORE', 'all tiers are readOnly, so this cannot be kept. Put one before them that may be written')
  }

  takes(size: number): boolean {
    return this.#nearestFirst.some(
      ({ store }) => store.readOnly !== true && size <= (store.maxEntryBytes ?? Number.POSITIVE_INFINITY),
    )
  }
}
