import type { DatabaseSync } from 'node:sqlite'
import { storeFailure } from '../failures.ts'
import { groupOf } from '../key-group.ts'
import { BodyFilesOnDisk } from './body-files.ts'
import { setAside } from './damage.ts'
import { explained, faultOf } from './faults.ts'
import type { Patience } from './patience.ts'
import { identityOf, type Place } from './place.ts'
import { Recency } from './recency.ts'
import { type GivenUp, Space } from './space.ts'
import { Tables } from './tables.ts'
import { type Outcome, Transactions, type Write } from './transactions.ts'
import { Vacuum } from './vacuum.ts'
import { isSound, removeDamaged } from './values.ts'
import { WaitingValues } from './waiting-values.ts'
import { WriteQueue } from './write-queue.ts'

/** Milliseconds between two looks whether the file is still the one that was opened. */
const LOOK_EVERY = 1_000

export type Evicted = (evicted: { key: string; bytes: number }) => void

export interface RuntimeFacts {
  readonly db: DatabaseSync
  readonly place: Place
  readonly mode: 'read' | 'write'
  readonly maxBytes: number
  readonly patience: Patience
}

/** All of one database in this process: its one connection, what waits to be written, its body files. */
export class Runtime {
  readonly space: Space
  readonly files: BodyFilesOnDisk
  readonly waiting: WaitingValues = new WaitingValues()
  readonly listeners: Set<Evicted> = new Set()
  /** Why it can no longer be used; the next call opens the file anew. */
  lost: Error | undefined
  readonly #facts: RuntimeFacts
  readonly #identity: string | undefined
  readonly #tables: Tables
  readonly #recency = new Recency()
  readonly #transactions: Transactions
  readonly #queue: WriteQueue
  readonly #vacuum: Vacuum
  #lookedAt: number

  constructor(facts: RuntimeFacts) {
    const { db, place, patience } = facts
    this.#facts = facts
    this.#identity = identityOf(place.path)
    this.#lookedAt = patience.clock.monotonic()
    this.#tables = new Tables(db)
    this.space = new Space({ tables: this.#tables, recency: this.#recency, file: place.file, maxBytes: facts.maxBytes })
    this.#transactions = new Transactions({
      tables: this.#tables,
      space: this.space,
      recency: this.#recency,
      clock: patience.clock,
      givenUp: (given) => this.#tell(given),
    })
    this.#queue = new WriteQueue({ patience, commit: (writes) => this.#commit(writes), explain: (error) => this.failure(error) })
    this.#vacuum = new Vacuum(this.#tables, () => this.#queue.isIdle)
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
    return this.#queue.add(write)
  }

  /** Resolves when all that waits to be written is decided. */
  settled(): Promise<void> {
    return this.#queue.settled()
  }

  /** A value as it stands, or waits to. One that is proven to be damaged is a miss: it is given up, and told. */
  value(key: string): Uint8Array | undefined {
    const waiting = this.waiting.get(key)
    const stored = waiting ?? this.#tables.value(key)
    if (stored === undefined || stored.value === undefined || this.#hasExpired(stored.expires)) return undefined
    if (waiting !== undefined) return stored.value.slice()
    const row = stored as { value: Uint8Array; sum: number; expires: number | undefined }
    if (!isSound(key, row)) {
      this.#giveUpDamaged(key, row)
      return undefined
    }
    const group = groupOf(key)
    if (group !== undefined) this.#touch(group)
    return row.value
  }

  /** What a caller is told; of a damaged or replaced file it is the end of this runtime. */
  failure(error: unknown): Error {
    if (this.lost !== undefined) return this.lost
    const { place } = this.#facts
    if (faultOf(error) !== 'damaged') return explained(place.file, error)
    return this.#lose(this.#damaged(error))
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
    this.#look()
    const outcomes = this.#transactions.commit(writes)
    this.#vacuum.consider()
    return outcomes
  }

  /** What is written to a file that has been removed or replaced is lost; SQLite itself would not notice. */
  #look(): void {
    const now = this.#facts.patience.clock.monotonic()
    if (now - this.#lookedAt < LOOK_EVERY || this.#identity === undefined) return
    this.#lookedAt = now
    const { path, file } = this.#facts.place
    if (identityOf(path) === this.#identity) return
    throw this.#lose(storeFailure(`sqlite ${file}: the file has been removed or replaced; the next call opens the new one`))
  }

  #damaged(error: unknown): Error {
    const { place, mode, patience } = this.#facts
    const failure = explained(place.file, error)
    if (mode === 'read' || this.#identity === undefined) return failure
    try {
      const aside = setAside(place, this.#identity, patience.clock.now())
      const what = aside === undefined ? 'another process has replaced it' : `it was set aside as ${aside}`
      return storeFailure(`${failure.message}: ${what}; the next call makes or opens a new one`, error)
    } catch (cause) {
      return storeFailure(`${failure.message}, and it cannot be set aside (${(cause as Error).message}). Remove it`, error)
    }
  }

  #lose(reason: Error): Error {
    this.lost = reason
    this.#vacuum.stop()
    this.#queue.end(reason)
    this.#tables.rollback()
    this.#facts.db.close()
    return reason
  }

  #giveUpDamaged(key: string, { value, sum }: { value: Uint8Array; sum: number }): void {
    this.#tell({ records: [{ key, bytes: value.length }], bodies: [] })
    if (this.#facts.mode === 'read') return
    // Where it cannot be removed it is met again, and is a miss again.
    this.write(removeDamaged(key, sum)).catch(() => undefined)
  }

  #tell({ records, bodies }: GivenUp): void {
    if (records.length + bodies.length === 0) return
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
