import { groupOf } from '../key-group.ts'
import { BodyFilesOnDisk } from './body-files.ts'
import { Changes } from './changes.ts'
import { Families } from './families.ts'
import { explained, faultOf } from './faults.ts'
import { FileWatch } from './file-watch.ts'
import { Recency } from './recency.ts'
import type { StoredValue } from './rows.ts'
import type { RuntimeFacts } from './runtime-facts.ts'
import { type GivenUp, Space } from './space.ts'
import { Tables } from './tables.ts'
import { type Outcome, Transactions, type Write } from './transactions.ts'
import { Vacuum } from './vacuum.ts'
import { isSound, removeDamaged } from './values.ts'
import { type Waiting, WaitingValues } from './waiting-values.ts'
import { WriteQueue } from './write-queue.ts'

export type Evicted = (evicted: { key: string; bytes: number }) => void

/** All of one database in this process: its one connection, what waits to be written, its body files. */
export class Runtime {
  readonly space: Space
  readonly files: BodyFilesOnDisk
  readonly changes: Changes
  readonly waiting: WaitingValues = new WaitingValues()
  readonly listeners: Set<Evicted> = new Set()
  /** Why it can no longer be used; the next call opens the file anew. */
  lost: Error | undefined
  readonly #facts: RuntimeFacts
  readonly #watch: FileWatch
  readonly #tables: Tables
  readonly #families: Families
  readonly #recency = new Recency()
  readonly #transactions: Transactions
  readonly #queue: WriteQueue
  readonly #vacuum: Vacuum

  constructor(facts: RuntimeFacts) {
    const { db, place, patience } = facts
    this.#facts = facts
    this.#watch = new FileWatch(facts)
    this.#tables = new Tables(db)
    this.changes = new Changes(this.#tables)
    this.#families = new Families(this.#tables, this.changes)
    this.#vacuum = new Vacuum(this.#tables, () => this.#queue.isEmpty)
    const { clock } = patience
    this.space = new Space({ tables: this.#tables, recency: this.#recency, clock, file: place.file, maxBytes: facts.maxBytes })
    this.#transactions = new Transactions({
      tables: this.#tables,
      space: this.space,
      recency: this.#recency,
      clock,
      vacuum: this.#vacuum,
      givenUp: (given) => this.#tell(given),
    })
    this.#queue = new WriteQueue({ patience, commit: (writes) => this.#commit(writes), explain: (error) => this.failure(error) })
    this.files = new BodyFilesOnDisk({
      directory: place.bodies,
      mode: facts.mode,
      clock: patience.clock,
      read: (run) => this.read(run),
      write: (write) => this.write(write),
      touch: (group) => this.#touch(group),
    })
  }

  /** Asks the tables, again and again while they are locked. */
  async read<T>(run: (tables: Tables) => T): Promise<T> {
    try {
      return run(this.#tables)
    } catch (error) {
      if (faultOf(error) !== 'busy') throw this.failure(error)
    }
    try {
      return await this.#facts.patience.retry(() => run(this.#tables))
    } catch (error) {
      throw this.failure(error)
    }
  }

  write<T>(write: Write<T>): Promise<T> {
    if (write.isOfLease !== true) this.changes.own()
    if (write.brings !== undefined) this.#families.coming(write.brings)
    return this.#queue.add(write)
  }

  /** Resolves when all that waits to be written is decided. */
  settled(): Promise<void> {
    return this.#queue.settled()
  }

  /** A value as it stands, or waits to: at once, for it costs microseconds, and later only where the tables are locked. */
  get(key: string, recency: 'touch' | 'keep' = 'touch'): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const waiting = this.waiting.get(key)
    if (waiting !== undefined) return this.#due(waiting)
    try {
      return this.#sound(key, this.#tables.value(key), recency)
    } catch {
      // Asked once more, where a failure is judged.
      return this.read((tables) => this.#sound(key, tables.value(key), recency))
    }
  }

  /** Values as they stand; undefined while the tables are locked, or where `get` is to judge what is wrong with them. */
  glance(keys: readonly string[], recency: 'touch' | 'keep' = 'touch'): (Uint8Array | undefined)[] | undefined {
    try {
      const stored = this.#families.values(keys)
      return keys.map((key) => {
        const waiting = this.waiting.get(key)
        return waiting === undefined ? this.#sound(key, stored.get(key), recency) : this.#due(waiting)
      })
    } catch {
      return undefined
    }
  }

  #due({ value, expires }: Waiting): Uint8Array | undefined {
    return this.#hasExpired(expires) ? undefined : value?.slice()
  }

  /** The value, unless it has expired or is proven to be damaged: that is a miss, given up and told. */
  #sound(key: string, stored: StoredValue | undefined, recency: 'touch' | 'keep'): Uint8Array | undefined {
    if (stored === undefined || this.#hasExpired(stored.expires)) return undefined
    if (!isSound(key, stored)) {
      this.#giveUpDamaged(key, stored)
      return undefined
    }
    const group = recency === 'touch' ? groupOf(key) : undefined
    if (group !== undefined) this.#touch(group)
    return stored.value
  }

  /** What a caller is told; of a damaged or replaced file it is the end of this runtime. */
  failure(error: unknown): Error {
    if (this.lost !== undefined) return this.lost
    if (faultOf(error) !== 'damaged') return explained(this.#facts.place.file, error)
    return this.#lose(this.#watch.damaged(error))
  }

  async close(): Promise<void> {
    await this.files.close()
    await this.#queue.settled()
    if (this.lost !== undefined) return
    this.#vacuum.stop()
    try {
      if (this.#facts.mode === 'write') this.#transactions.remember()
    } catch {
      // Locked or full: the order of use is a little less exact.
      this.#tables.rollback()
    } finally {
      this.#facts.db.close()
    }
  }

  #commit(writes: readonly Write<unknown>[]): Outcome[] {
    const gone = this.#watch.gone()
    if (gone !== undefined) throw this.#lose(gone)
    const outcomes = this.#transactions.commit(writes)
    if (writes.some(({ isOfLease }) => isOfLease !== true)) this.changes.own()
    return outcomes
  }

  #lose(reason: Error): Error {
    this.lost = reason
    this.#vacuum.stop()
    this.#queue.end(reason)
    // An open transaction is undone by it.
    this.#facts.db.close()
    return reason
  }

  #giveUpDamaged(key: string, { value, sum }: StoredValue): void {
    this.#tell({ records: [{ key, bytes: value.length }], bodies: [] })
    if (this.#facts.mode === 'read') return
    // Where it cannot be removed it is met again, and is a miss again.
    this.write(removeDamaged(key, sum)).catch(() => undefined)
  }

  #tell({ records, bodies }: GivenUp): void {
    if (records.length + bodies.length === 0) return
    this.changes.own()
    // A file that stays is found by `ids`, as one without a row.
    this.files.remove(bodies.map(({ key }) => key)).catch(() => undefined)
    // Not within the commit: a listener that throws must not look like a write that failed.
    queueMicrotask(() => {
      for (const listener of this.listeners) for (const given of [...records, ...bodies]) listener(given)
    })
  }

  #touch(group: string): void {
    if (this.#facts.mode === 'write') this.#recency.touch(group, Math.floor(this.#facts.patience.clock.now()))
  }

  #hasExpired(expires: number | undefined): boolean {
    return expires !== undefined && expires <= this.#facts.patience.clock.now()
  }
}
