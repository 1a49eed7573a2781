import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Clock, pause } from '../../model/clock.ts'
import { grantedStart, MOST_WAITING } from './granted-start.ts'
import type { Place } from './shared-pacer.ts'

/** Tries to have the file, and milliseconds between two of them; another process has it for as long as one statement takes. */
const TRIES = 200
const AGAIN = 5

/**
 * One statement, and so one transaction: it takes the next start and moves it on. The span is part of the name, so that processes which were
 * told other rates do not share one.
 */
const TAKE = `INSERT INTO starts (bucket, next) VALUES (:bucket, :now + :apart)
ON CONFLICT (bucket) DO UPDATE SET next = :apart + CASE WHEN next > :now + :farthest THEN :now ELSE max(next, :now) END
RETURNING next - :apart AS start`

/** A file in which the processes of one machine note when the next request may start. */
export class SqlitePlace implements Place {
  readonly name = 'sqlite'
  readonly #file: string
  readonly #clock: Clock
  readonly #closing = new AbortController()
  #database: DatabaseSync | undefined
  #take: StatementSync | undefined

  constructor(file: string, clock: Clock) {
    this.#file = file
    this.#clock = clock
  }

  async next(bucket: string, apart: number): Promise<void> {
    const grant = (): Promise<number> => this.#patiently(() => this.#wait(`${bucket} ${apart}`, apart))
    await grantedStart(grant, { clock: this.#clock, signal: this.#closing.signal })
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the instance was closed'))
    this.#database?.close()
    this.#database = undefined
    this.#take = undefined
  }

  async #wait(bucket: string, apart: number): Promise<number> {
    this.#take ??= (await this.#open()).prepare(TAKE)
    const now = this.#clock.now()
    const row = this.#take.get({ bucket, now, apart, farthest: apart * MOST_WAITING })
    return Number(row?.start) - now
  }

  async #open(): Promise<DatabaseSync> {
    const { DatabaseSync: Database } = await import('node:sqlite')
    this.#closing.signal.throwIfAborted()
    // No busy time-out: node:sqlite is synchronous, and would freeze the program for it.
    this.#database ??= new Database(this.#file, { timeout: 0 })
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    this.#database.exec('CREATE TABLE IF NOT EXISTS starts (bucket TEXT PRIMARY KEY, next REAL NOT NULL) WITHOUT ROWID')
    return this.#database
  }

  /** Another process has the file: again in a moment. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let n = 1; ; n++) {
      try {
        return await work()
      } catch (error) {
        if (!isBusy(error) || n >= TRIES) throw error
        await pause(this.#clock, AGAIN, this.#closing.signal)
      }
    }
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED, with what is behind them in the upper bytes. */
function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode
  return typeof code === 'number' && [5, 6].includes(code & 0xff)
}
