import type { Clock } from '../../model/clock.ts'
import { HoldfastError } from '../../model/errors.ts'
import type { Report } from '../../model/events.ts'
import type { StoreEntry } from '../../model/store.ts'
import { writeMarks } from './mark-writes.ts'
import type { Tier } from './tier.ts'

/** Milliseconds between a write that failed and the next try, where the tier was not left alone for it. */
const AGAIN_AFTER = 5_000

/** Entries, and marks, that one tier may be behind with; beyond that the oldest are given up, and said so. */
const MOST = 10_000

/** How often a tier that is well is brought what it does not take: in its next run, then in one of two, of four, ...: for up to 10 minutes. */
const TRIES = 7

/** Entries brought side by side. */
const SIDE_BY_SIDE = 8

export interface CatchUpRooms {
  /** Brings one entry, as all tiers know it now, into a tier. */
  readonly bring: (key: string, tier: Tier) => Promise<void>
  readonly clock: Clock
  readonly report: Report
  readonly background: (work: Promise<unknown>) => void
}

interface Behind {
  readonly tier: Tier
  /** Keys of entries → how often it was tried in vain, while the tier took other things. */
  readonly entries: Map<string, number>
  /** What it was brought as far as it is known while another tier, which may know more, is away. */
  readonly waiting: Map<string, number>
  readonly marks: Map<string, StoreEntry>
  running: boolean
  runs: number
}

/**
 * What a tier has missed while it was away or busy: which entries were written meanwhile, not what was written, so that it is brought the
 * newest state, once. It is in memory: what a process missed before it ended is brought with the next write of each entry, or by `copyTo`.
 */
export class CatchUp {
  readonly #tiers: readonly Tier[]
  readonly #rooms: CatchUpRooms
  readonly #behind = new Map<Tier, Behind>()
  #timer: { cancel(): void } | undefined
  readonly #stopped = Promise.withResolvers<void>()
  #over = false

  constructor(tiers: readonly Tier[], rooms: CatchUpRooms) {
    this.#tiers = tiers
    this.#rooms = rooms
    for (const { store } of tiers) store.health.onClosed(() => this.#isBack())
  }

  /** A write of this entry to this tier failed. */
  missed(tier: Tier, key: string): void {
    const { entries } = this.#of(tier)
    const tried = entries.get(key) ?? 0
    entries.delete(key)
    entries.set(key, tried)
    this.#bound(tier, entries)
  }

  /** Marks that this tier did not take. */
  missedMarks(tier: Tier, marks: readonly StoreEntry[]): void {
    const { marks: behind } = this.#of(tier)
    for (const mark of marks) {
      behind.delete(mark.key)
      behind.set(mark.key, mark)
    }
    this.#bound(tier, behind)
  }

  /** Resolves when no tier that has missed something is on its way up any more: it is brought what it has missed, or it did not come. */
  async started(): Promise<void> {
    while (!this.#over) {
      const trials = [...this.#behind.keys()].flatMap(({ store }) => store.health.starting ?? [])
      if (trials.length === 0) return
      await Promise.race([Promise.all(trials), this.#stopped.promise])
    }
  }

  /** Once more, whatever failed before: nobody will come back to it. */
  async last(): Promise<void> {
    await Promise.all([...this.#behind.keys()].map((tier) => this.#run(tier, 'all')))
  }

  /** Nothing is begun any more. */
  stop(): void {
    this.#over = true
    this.#timer?.cancel()
    this.#stopped.resolve()
  }

  /** What was not brought is told, once all work is over. */
  end(): void {
    this.stop()
    for (const behind of this.#behind.values()) this.#letGo(behind)
  }

  #letGo({ tier: { store, owed }, entries, marks }: Behind): void {
    owed.settleAll()
    if (entries.size + marks.size === 0) return
    const missed = `entries: ${entries.size}, invalidations: ${marks.size}`
    const error = new HoldfastError('STORE', `${store.name} was not brought what it missed (${missed}). copyTo brings entries`)
    this.#rooms.report('tier-error', () => ({ tier: store.name, operation: 'catch-up', error }))
  }

  #of(tier: Tier): Behind {
    const known = this.#behind.get(tier)
    if (known !== undefined) return known
    const behind: Behind = { tier, entries: new Map(), waiting: new Map(), marks: new Map(), running: false, runs: 0 }
    this.#behind.set(tier, behind)
    return behind
  }

  #bound(tier: Tier, list: Map<string, unknown>): void {
    const [oldest] = list.keys()
    if (list.size > MOST && oldest !== undefined) {
      list.delete(oldest)
      this.#giveUp(tier, oldest, `is behind with more than ${MOST} entries: the oldest is given up. copyTo brings what it lacks`)
    }
    this.#later()
  }

  #giveUp({ store, owed }: Tier, key: string, why: string): void {
    owed.settle(key)
    this.#rooms.report('warning', () => ({ key, url: '', warning: `${store.name} ${why}` }))
  }

  #later(): void {
    if (this.#over) return
    this.#timer ??= this.#rooms.clock.setTimeout(() => {
      this.#timer = undefined
      for (const { tier } of this.#behind.values()) this.#rooms.background(this.#run(tier))
      if (this.#behind.size > 0) this.#later()
    }, AGAIN_AFTER)
  }

  /** Brings what the tier has missed; what fails waits for another run. One that is left alone is brought nothing until it is back. */
  async #run(tier: Tier, which: 'all' | 'due' = 'due'): Promise<void> {
    const behind = this.#behind.get(tier)
    if (behind === undefined || behind.running || this.#over) return
    behind.running = true
    try {
      await this.#bringMarks(behind)
      const run = which === 'all' ? 0 : ++behind.runs
      const due = [...behind.entries].filter(([, tried]) => run % 2 ** tried === 0).values()
      while (this.#isReady(tier)) {
        const slice = due.take(SIDE_BY_SIDE).toArray()
        if (slice.length === 0) break
        await Promise.all(slice.map(([key]) => this.#bring(behind, key)))
      }
    } finally {
      behind.running = false
    }
    if (behind.entries.size + behind.waiting.size + behind.marks.size === 0) this.#behind.delete(tier)
  }

  /** It is brought what it has missed, and the others what it alone may have. */
  #isBack(): void {
    for (const { tier, entries, waiting } of this.#behind.values()) {
      for (const key of waiting.keys()) if (!entries.has(key)) entries.set(key, 0)
      waiting.clear()
      this.#rooms.background(this.#run(tier))
    }
  }

  #isReady({ store }: Tier): boolean {
    return !this.#over && store.health.state === 'closed'
  }

  async #bringMarks({ tier, marks }: Behind): Promise<void> {
    if (marks.size === 0 || !this.#isReady(tier)) return
    const said = [...marks.values()]
    // Where it fails, the guard has told of it, and the next run tries again.
    const took = writeMarks(tier.store, said, this.#rooms.clock).then(() => said)
    for (const mark of await took.catch(() => [])) if (marks.get(mark.key) === mark) marks.delete(mark.key)
  }

  async #bring({ tier, entries, waiting }: Behind, key: string): Promise<void> {
    const tried = entries.get(key) ?? 0
    // Taken out before it is read: what is written meanwhile, and missed, puts it back.
    entries.delete(key)
    try {
      await this.#rooms.bring(key, tier)
    } catch {
      // A tier that is well, and does not take this one, is not asked for ever.
      if (!this.#isReady(tier)) entries.set(key, tried)
      else if (this.#tiers.some(({ store }) => store.health.state !== 'closed')) {
        waiting.set(key, tried)
        this.#bound(tier, waiting)
      } else if (tried + 1 < TRIES) entries.set(key, tried + 1)
      else this.#giveUp(tier, key, `did not take this in ${TRIES} tries, and is well: it is given up. copyTo brings it`)
    }
  }
}
