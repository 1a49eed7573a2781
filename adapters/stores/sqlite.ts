import { resolve } from 'node:path'
import { type Clock, systemClock } from '../../src/model/clock.ts'
import type { Size } from '../../src/model/size.ts'
import type { Store } from '../../src/model/store.ts'
import { readSize, refuseUnknown } from './options.ts'
import { IN_MEMORY } from './sqlite/in-memory.ts'
import { Patience } from './sqlite/patience.ts'
import { OneSqlite } from './sqlite/store.ts'

export interface SqliteOptions {
  /** Bytes of database and body files together, hard: the least recently used goes. Default '10GB'. */
  maxBytes?: Size
  /** Bytes of the largest body offered to this store. Default: `maxBytes`. */
  maxEntryBytes?: Size
  /** Reads a file that is there, and rejects writes. Default false. */
  readOnly?: boolean
  /** Milliseconds to wait for a database that another process has locked. Default 1800: a little less than the time limit of a tier. */
  busyTimeout?: number
  /** Decides when a lease or an `expires` has run out. Default: the machine's own. */
  clock?: Clock
  /** From 0 up to 1; spreads the waits of processes that want the same lock. */
  random?: () => number
}

export interface SqliteStore extends Store {
  /**
   * Opens the database now, and not at the first call.
   *
   * @throws HoldfastError STORE that names the path and the cure: a directory, no permission, not a database, another program's, a newer schema.
   */
  open(): Promise<void>
}

const BUSY_TIMEOUT = 1_800

/**
 * A store in one SQLite file, by Node's own `node:sqlite`, with bodies of a megabyte and more as files in `<file>.bodies/`.
 * Several processes may use it at once. `':memory:'` keeps all in memory, bodies in chunks.
 *
 * Nothing is touched before the first call.
 *
 * @throws TypeError on an unknown or wrong option.
 */
export function sqlite(file: string, options: SqliteOptions = {}): SqliteStore {
  if (typeof file !== 'string' || file === '')
    throw new TypeError(`sqlite: ${JSON.stringify(file)} is no path. Give a file as text, or ':memory:'`)
  refuseUnknown('sqlite', options, ['maxBytes', 'maxEntryBytes', 'readOnly', 'busyTimeout', 'clock', 'random'])
  const { readOnly = false, busyTimeout = BUSY_TIMEOUT, clock = systemClock, random = Math.random } = options
  if (typeof readOnly !== 'boolean') throw new TypeError(`sqlite.readOnly: ${JSON.stringify(readOnly)} is neither true nor false`)
  if (readOnly && file === IN_MEMORY) throw new TypeError("sqlite.readOnly: there is nothing to read in ':memory:'")
  if (!(busyTimeout >= 0))
    throw new TypeError(`sqlite.busyTimeout: ${JSON.stringify(busyTimeout)} is not a number of milliseconds`)
  const maxBytes = readSize(options.maxBytes, 'sqlite.maxBytes', '10GB')
  const maxEntryBytes = Math.min(maxBytes, readSize(options.maxEntryBytes, 'sqlite.maxEntryBytes', maxBytes))
  const path = file === IN_MEMORY ? file : resolve(file)
  return new OneSqlite({
    file,
    path,
    maxBytes,
    maxEntryBytes,
    readOnly,
    patience: new Patience({ clock, random, bound: busyTimeout }),
  })
}
