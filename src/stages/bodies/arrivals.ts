import { AttemptFailure } from '../../model/attempt-failure.ts'
import { isBytes } from '../../model/bytes.ts'
import type { Clock } from '../../model/clock.ts'
import type { Report } from '../../model/events.ts'
import type { BodyWriter, WrittenBody } from '../../model/rooms.ts'
import type { Store } from '../../model/store.ts'
import type { BodyPlan } from '../../policy/body-plan.ts'
import { Damaged } from './at-rest.ts'
import type { Bodies } from './bodies.ts'
import { Inventory } from './inventory.ts'
import { type Adopted, type Fits, findPartial, forgetPartial, savePartial } from './partials.ts'
import { memoryLimit, mostOf, placesFor } from './places.ts'
import { shelve, takenDown } from './shelved.ts'
import { deleteBody, type Sink, StoreSink, TooLarge } from './sinks.ts'
import { MemorySink, SpoolSink } from './spool.ts'
import { Spools } from './spooled.ts'
import { takenOver } from './taken-over.ts'
import { ChunkWriter } from './writer.ts'

/** Where a body is to be kept in this process when every other place has failed, in bytes. */
const LAST_RESORT = 64 * 1024 * 1024

/** Milliseconds in which a store that did not give a body back is given none: longer than the pauses between the attempts of one download. */
const AVOIDED_FOR = 60_000

/** Where bodies come in: their writers, what is left of those that broke off, and what becomes of one that is written. */
export class Arrivals {
  readonly #stores: readonly Store[]
  readonly #report: Report
  readonly #bodies: Bodies
  readonly #clock: Clock
  /** Keys whose body is on its way into a store, where a partial says so. */
  readonly #begun = new Map<string, Store>()
  /** Until when, monotonic. */
  readonly #avoided = new WeakMap<Store, number>()
  readonly #spools = new Spools()
  readonly #inventory = new Inventory()

  constructor(stores: readonly Store[], { report, clock, bodies }: { report: Report; clock: Clock; bodies: Bodies }) {
    this.#stores = stores
    this.#clock = clock
    this.#report = report
    this.#bodies = bodies
  }

  /** For a body that no tier may have: memory, then a spool. */
  transient({ key, url }: { key: string; url: string }): BodyWriter {
    const nowhere = { storable: false, shareable: false, expected: undefined, partial: undefined, algorithms: [] }
    return this.writer({ key, url, maxEntryBytes: Number.POSITIVE_INFINITY, ...nowhere })
  }

  /**
   * Goes on with the partial of this key: in the tier that granted the right to, one writer at a time, or in one before it, which fewer
   * read; or with what memory kept.
   */
  async adopt(key: string, tier: string | undefined, fits: Fits): Promise<Adopted | undefined> {
    const granting = this.#stores.findIndex(({ name, live }) => name === tier && live === undefined)
    const stores = this.#stores.slice(0, granting + 1).filter(({ live, readOnly }) => live === undefined && readOnly !== true)
    try {
      for (const store of stores) {
        const adopted = await this.#adoptIn(store, key, fits)
        if (adopted !== undefined) return adopted
      }
      return await takenDown(this.#stores, key, { now: this.#clock.now(), fits, writer: (plan) => this.writer(plan) })
    } catch {
      // Damaged, or gone: the download begins anew. The guard has told of a store that failed.
      return undefined
    }
  }

  async #adoptIn(store: Store, key: string, fits: Fits): Promise<Adopted | undefined> {
    const record = await findPartial(store, key, this.#clock.now())
    const plan = record && fits(record)
    if (record === undefined || plan === undefined || (store.shared && !plan.shareable)) return undefined
    const { sink, chunks } = await takenOver(store, mostOf(store, plan), record.bodyId)
    const writer = this.writer(plan, [sink.bodyId])
    await writer.adopt(sink, chunks)
    // A partial is dead a day after it was last gone on with, not after it began.
    await savePartial(store, { ...record, bodyId: sink.bodyId, savedAt: this.#clock.now() })
    this.#begun.set(key, store)
    return { writer, head: record.head, total: record.total }
  }

  async #keeps(plan: BodyPlan, sink: Sink | undefined, chunks: number): Promise<boolean> {
    if (sink instanceof StoreSink) return this.#begun.delete(plan.key)
    if (sink !== undefined) await shelve(this.#stores, { plan, now: this.#clock.now() }, { sink, chunks })
    return false
  }

  /** The body became a version, and is named by it. */
  async became(key: string): Promise<void> {
    const store = this.#begun.get(key)
    this.#begun.delete(key)
    if (store !== undefined) await forgetPartial(store, key)
  }

  async #began({ key, partial, expected }: BodyPlan, sink: Sink): Promise<void> {
    if (partial === undefined || !(sink instanceof StoreSink)) return
    this.#begun.set(key, sink.store)
    await savePartial(sink.store, { ...partial, key, bodyId: sink.bodyId, total: expected, savedAt: this.#clock.now() })
  }

  /** It does not give back what it takes: for a while what comes goes elsewhere first. */
  avoid(tier: string | undefined): void {
    const store = this.#stores.find(({ name }) => name === tier)
    if (store !== undefined) this.#avoided.set(store, this.#clock.monotonic() + AVOIDED_FOR)
  }

  avoids(tier: string | undefined): boolean {
    return this.#stores.some((store) => store.name === tier && (this.#avoided.get(store) ?? 0) > this.#clock.monotonic())
  }

  /** `begun`: ids of the bodies that it goes on with, or begins. */
  writer(plan: BodyPlan, begun: string[] = []): ChunkWriter {
    const stores = this.#stores.filter(({ name }) => !this.avoids(name))
    const places = plan.storable ? placesFor(stores, plan) : []
    const all = [...places]
    return new ChunkWriter({
      url: plan.url,
      hold: (why) => this.#bodies.follow(all, begun, why),
      began: (sink) => this.#began(plan, sink),
      ended: () => this.became(plan.key),
      keeps: (sink, chunks) => this.#keeps(plan, sink, chunks),
      open: (failed, error) => {
        const sink = this.#open(places, plan, { failed, error })
        if (sink.bodyId !== undefined) begun.push(sink.bodyId)
        return sink
      },
      lost: (sink) => {
        if (sink instanceof StoreSink) this.avoid(sink.tier)
      },
      memoryLimit: Math.min(plan.maxEntryBytes, memoryLimit(this.#stores, plan)),
      expected: plan.expected,
      // What may not be stored is not on any disk either.
      resting: (left) => this.#spools.bodyOf(left, plan.storable ? 'on disk too' : 'in memory alone'),
      algorithms: plan.algorithms,
    })
  }

  /**
   * Two versions with the same bytes share one body. Where the store holds these bytes already, and their last chunk shows it, the body
   * that was just written goes, and the known one is named instead; else this one is known from now on.
   */
  async settled(written: WrittenBody): Promise<WrittenBody> {
    const store = this.#stores.find(({ name }) => name === written.tier)
    if (store === undefined || written.bodyId === undefined) return written
    try {
      const known = await this.#inventory.holding(store, written)
      if (known !== undefined && known !== written.bodyId) {
        this.drop(written)
        return this.#resting(store, { ...written, bodyId: known })
      }
      await this.#inventory.say(store, written.digest, written.bodyId)
    } catch {
      // The guard has told of it. Without the entry the same bytes are stored twice, which is no harm.
    }
    return this.#resting(store, written)
  }

  /** From here on the body is read as any other at rest, so that its store stays open under its readers. */
  #resting(store: Store, written: WrittenBody): WrittenBody {
    const { body, bodyId, size } = written
    if (isBytes(body) || bodyId === undefined) return written
    // What was found to be damaged is not to stand in for bytes that come again. The guard tells of a store that fails.
    const damaged = (): void => void this.#inventory.unsay(store, written.digest).catch(() => undefined)
    return { ...written, body: this.#bodies.open(store, { bodyId, size }, damaged) }
  }

  /** Deletes a body that came again, and that no version names, when nobody reads it any more. Neither `idle()` nor `close()` waits for that. */
  drop({ bodyId, tier, size, unread, discard }: WrittenBody): void {
    const store = this.#stores.find(({ name }) => name === tier)
    // A body that cannot be deleted is unnamed: a sweep finds it. The guard has told of the failure.
    if (bodyId === undefined) return void unread().then(discard, () => undefined)
    if (store === undefined) return
    // The last reader of a closed instance ends: the store is not closed before the body has gone.
    const release = this.#bodies.follow([store], [], 'unread')
    unread()
      .then(() => deleteBody(store, { bodyId, size }))
      .catch(() => undefined)
      .finally(release)
  }

  #open(places: Store[], plan: BodyPlan, { failed, error }: { failed: Sink | undefined; error: unknown }): Sink {
    if (failed instanceof StoreSink && error instanceof TooLarge) {
      this.#report('store-skipped', () => ({ key: plan.key, url: plan.url, tier: failed.tier, reason: 'too-large' }))
    }
    if (error instanceof Damaged)
      this.#report('warning', () => ({ key: plan.key, url: plan.url, warning: `${error.message}; it is kept elsewhere` }))
    const next = places.shift()
    if (next !== undefined) return new StoreSink(next, mostOf(next, plan))
    if (failed instanceof SpoolSink && error instanceof TooLarge && failed.size > LAST_RESORT)
      throw new AttemptFailure('TOO_LARGE', error.message, { retry: 'never', cause: error })
    if (failed instanceof SpoolSink) return new MemorySink(LAST_RESORT)
    if (failed instanceof MemorySink) throw error
    return new SpoolSink()
  }
}
