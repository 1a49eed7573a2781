import type { Call } from '../../model/call.ts'
import { homeOf } from '../../model/home.ts'
import type { EntryRecord } from '../../model/record.ts'
import type { Found, Held } from '../../model/rooms.ts'
import type { WriteRight } from '../../model/stages.ts'
import type { StoreEntry } from '../../model/store.ts'
import { merge } from '../../policy/merge.ts'
import { current, lastGood } from '../../policy/selection.ts'
import { matchingVariants } from '../../policy/variants.ts'
import type { Chooser } from '../../policy/version-choice.ts'
import type { Change } from './change.ts'
import { Glances } from './glances.ts'
import type { Guarded } from './guard.ts'
import { Hearsay } from './hearsay.ts'
import { InHand } from './in-hand.ts'
import type { Keyed } from './keyed.ts'
import { Loader } from './loading.ts'
import { behind, Marks, markedAt, marksOf, urlMark } from './marks.ts'
import type { Placed } from './placed.ts'
import { rightFrom } from './right.ts'
import { Saving, type TiersRooms } from './saving.ts'
import { Tier } from './tier.ts'

/** The tiers, nearest first: one list, whether it has one member or five. */
export class Tiers {
  readonly nearestFirst: readonly Tier[]
  readonly writable: readonly Tier[]
  readonly marks: Marks
  readonly saving: Saving
  readonly #loader: Loader
  readonly #hearsay: Hearsay
  readonly #glances: Glances

  constructor(stores: readonly Guarded[], rooms: TiersRooms) {
    const pins = stores.some(({ durable }) => durable) ? 'hold elsewhere' : 'hold here'
    const inHand = (): InHand | undefined => (stores.some(({ live }) => live !== undefined) ? undefined : new InHand())
    this.nearestFirst = stores.map((store) => new Tier(store, { ...rooms, pins, inHand: inHand() }))
    this.writable = this.nearestFirst.filter(({ store }) => store.readOnly !== true)
    this.#glances = new Glances(this.nearestFirst, rooms.clock)
    this.saving = new Saving(this.nearestFirst, rooms)
    const marked = this.nearestFirst.map((tier) => ({
      store: tier.store,
      missed: (marks: readonly StoreEntry[]) => rooms.missed(tier, { marks }),
    }))
    this.marks = new Marks(marked, rooms.background, rooms.clock)
    this.#hearsay = new Hearsay(this.nearestFirst, { ...rooms, marks: this.marks })
    this.#loader = new Loader(this.nearestFirst, { marks: this.marks, report: rooms.report })
  }

  /** The current version, if a live tier has it: no promise, so that a memory hit costs a look and an answer. */
  peek(call: Keyed): Held | undefined {
    for (const tier of this.nearestFirst) {
      const known = this.#peeked(tier, call)
      const entry = known && this.marks.onEntry(known, call.url)
      const choice = entry === undefined ? undefined : current(matchingVariants(entry.variants, call))
      const version = choice === undefined ? undefined : tier.peekVersion(call.key, choice.ref.id)
      const body = version?.body
      if (entry !== undefined && choice !== undefined && version !== undefined && body !== undefined) {
        const marked = this.marks.onChain(entry, version.redirects)
        return { entry: marked, variant: choice.variant, ref: choice.ref, version, body, tier: tier.store.name }
      }
    }
    return undefined
  }

  /**
   * The current version out of the first store behind memory, where that can be asked without a promise and has the body beside the
   * record. Whatever else there is to it (memory knows the entry, another tier, damage, a body of its own), the walk finds out.
   */
  glance(call: Keyed): Held | undefined {
    const { tier } = this.#glances
    if (tier === undefined || this.nearestFirst.some((each) => each.has(call.key))) return undefined
    const seen = this.#glances.entry(call.key, marksOf(call))
    const entry = seen && this.marks.onEntry(seen, call.url)
    const choice = entry === undefined ? undefined : current(matchingVariants(entry.variants, call))
    const placed = choice === undefined ? undefined : this.#glances.version(call.key, choice.ref)
    if (entry === undefined || choice === undefined || placed === undefined) return undefined
    const { version, body } = placed
    const held = { entry, variant: choice.variant, ref: choice.ref, version, body, tier: tier.store.name }
    this.promote(entry, held)
    return held
  }

  /** Milliseconds for which what was peeked at is what all processes know, as far as is asked. */
  trustedFor(key: string): number {
    const entry = this.nearestFirst.map((tier) => tier.shelf?.lookEntry(key)).find((seen) => seen !== undefined)
    return entry === undefined ? 0 : this.#hearsay.trustedFor(entry)
  }

  /** It was used once more, and not looked for. */
  touch({ entry: { key }, ref: { id } }: Held): void {
    for (const tier of this.nearestFirst) if (tier.peekEntry(key) !== undefined) tier.peekVersion(key, id)
  }

  /** Whether a live tier has any version of it. No use, so it keeps its place in the order of use. */
  has(key: string): boolean {
    return this.nearestFirst.some(({ shelf }) => shelf?.has(key) === true)
  }

  /** Asks the tiers in order until one has a version that is `enough`; what nearer tiers lacked is put there. */
  async lookup(call: Keyed, enough: (held: Held) => boolean): Promise<Found> {
    if (this.saving.isWriting(call.key)) await this.saving.written(call.key)
    let entry: EntryRecord | undefined
    let held: Held | undefined
    let stands: Held | undefined
    for (const tier of this.nearestFirst) {
      const live = this.#peeked(tier, call)
      const seen = tier.shelf === undefined ? await this.#glances.seen(tier, call) : live && { entry: live, along: undefined }
      if (seen === undefined) continue
      entry = this.marks.onEntry(entry === undefined ? seen.entry : merge(entry, seen.entry), call.url)
      const how = { variants: matchingVariants(entry.variants, call), choose: current, first: tier, seen }
      const found = this.#loader.atHand(entry, call.key, how) ?? (await this.#loader.hold(entry, call, how))
      // This tier may know that all of them were refused.
      held = found ?? (current(how.variants) && held)
      stands = held && behind(held, current(how.variants))
      // A store that knows of a version by a word alone, as a label, knows nothing of what was said since where the version is.
      const isOwn = live !== undefined || held?.tier === tier.store.name
      if (stands !== undefined && isOwn && enough(stands)) break
    }
    // What led to it may have been invalidated, which is known of who holds it alone: memory would forget that.
    if (entry !== undefined && held !== undefined) this.promote(markedAt(entry, held.entry.invalidatedAt ?? 0), held)
    return { entry, held: stands }
  }

  /** The version to fall back to: the newest labelled 'valid', else the newest not 'failed'. */
  async lastGood(call: Keyed, { entry, held }: Found): Promise<Held | undefined> {
    if (entry === undefined) return undefined
    const choice = lastGood(matchingVariants(entry.variants, call))
    if (held !== undefined && choice?.ref.id === held.ref.id) return held
    return this.#loader.hold(entry, call, {
      variants: matchingVariants(entry.variants, call),
      choose: lastGood,
      first: undefined,
    })
  }

  /** All that any tier knows of an entry. */
  async known(call: Keyed): Promise<EntryRecord | undefined> {
    const seen = await Promise.all(this.nearestFirst.map((tier) => tier.entry(call.key, marksOf(call))))
    const known = seen.reduce((all, entry) => (all === undefined || entry === undefined ? (all ?? entry) : merge(all, entry)))
    return known && this.marks.onEntry(known, call.url)
  }

  /** The version that `choose` names, with its body; out of an entry in hand, where there is one. */
  async pick(call: Call, choose: Chooser, inHand?: EntryRecord): Promise<Held | undefined> {
    const entry = inHand ?? (await this.known(call))
    if (entry === undefined) return undefined
    return this.#loader.hold(entry, call, {
      variants: entry.variants,
      choose: (variants) => choose({ ...entry, variants: [...variants] }, call),
      first: undefined,
    })
  }

  /** What is kept beside a version, under an id that no entry names. */
  beside({ entry }: Held, id: string): Promise<Placed | undefined> {
    return this.#loader.beside(entry, id)
  }

  #peeked(tier: Tier, call: Keyed): EntryRecord | undefined {
    const seen = tier.peekEntry(call.key)
    return seen && this.#hearsay.heard(seen, () => [...marksOf(call), ...tier.waysTo(seen)])
  }

  promote(entry: EntryRecord, { version, body }: Held): void {
    for (const tier of this.nearestFirst) {
      const brought = tier.bring(entry, { version, body })
      if (brought !== undefined) this.#hearsay.placed(brought)
    }
  }

  async write(change: Change, fence: WriteRight | undefined): ReturnType<Saving['write']> {
    const written = await this.saving.write(change, fence)
    this.#hearsay.placed(written.entry)
    return written
  }

  /** The tier has it no more where its body stands, for some of that is damaged. Of an answer just renewed that is not who has the word. */
  async giveUp(held: Held): Promise<void> {
    await this.nearestFirst.find(({ store }) => store.name === homeOf(held))?.giveUp(held.version)
  }

  takes(size: number): boolean {
    return this.saving.takes(size)
  }

  lease(storeKey: () => string, ms: number): ReturnType<typeof rightFrom> {
    return rightFrom(this.nearestFirst, storeKey, ms)
  }

  /** All answers of these URLs are stale that were asked for until `at` (epoch ms), in every partition and variant. */
  invalidate(urls: readonly string[], at: number): Promise<void> {
    return this.mark(urls.map(urlMark), at)
  }

  /** The same of all that goes by these names (marks.ts). */
  mark(names: readonly string[], at: number): Promise<void> {
    return this.marks.set(names, at)
  }
}
