import { existsSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { storeFailure } from '../failures.ts'
import { faultOf } from './faults.ts'
import { IN_MEMORY } from './in-memory.ts'
import type { Place } from './place.ts'
import { migrate, readVersion, SCHEMA_VERSION } from './schema.ts'

type Constructor = new (path: string | URL, options?: { readOnly?: boolean; timeout?: number }) => DatabaseSync

/** node:sqlite is loaded at the first use of a store: an import of this package must cost nothing. */
function loadSqlite(): Constructor {
  const sqlite = process.getBuiltinModule('node:sqlite') as { Database?: Constructor; DatabaseSync?: Constructor } | undefined
  // Newer versions of Node rename the class, and say so at each use of the old name (DEP0210).
  const found = sqlite?.Database ?? sqlite?.DatabaseSync
  if (found === undefined)
    throw storeFailure('sqlite: this Node.js has no node:sqlite. Run version 24 or later, without --no-experimental-sqlite')
  return found
}

/** auto_vacuum and journal_mode must come before the first table, and outside of a transaction. */
const ONCE = 'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;'

/**
 * NORMAL: in WAL mode a commit survives the death of the process, and a power cut may lose the last ones but tears nothing.
 * cell_size_check and trusted_schema: a damaged or planted file is met with an error rather than with trust.
 */
const ALWAYS = `PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 4194304;
  PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;`

/** Opens for reading and writing, makes or migrates the tables. Throws what SQLite throws. */
export function openForWriting(place: Place): DatabaseSync {
  const db = new (loadSqlite())(place.path, { timeout: 0 })
  return whole(db, () => {
    const version = readVersion(db, place.file)
    db.exec(ALWAYS)
    if (version === 0) db.exec(ONCE)
    migrate(db, place)
  })
}

/** Opens for reading only. */
export function openForReading(place: Place): DatabaseSync {
  const db = openReadable(place)
  return whole(db, () => {
    const version = readVersion(db, place.file)
    if (version !== SCHEMA_VERSION) {
      throw storeFailure(
        `sqlite ${place.file}: its schema is ${version}, not ${SCHEMA_VERSION}. Open it once without readOnly: true, which migrates it`,
      )
    }
  })
}

/**
 * Readers of a log write too, into its index. Where they may not (a read-only disk or directory), a database without a log can be read
 * as what it then is: a file that nobody changes.
 */
function openReadable({ path }: Place): DatabaseSync {
  const Database = loadSqlite()
  try {
    const db = new Database(path, { readOnly: true, timeout: 0 })
    return whole(db, () => db.exec('SELECT 1 FROM sqlite_schema'))
  } catch (error) {
    const log = existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0
    if (faultOf(error) !== 'unreadable' || log) throw error
    const url = pathToFileURL(path)
    url.searchParams.set('immutable', '1')
    return new Database(url, { readOnly: true, timeout: 0 })
  }
}

export function openInMemory(): DatabaseSync {
  const db = new (loadSqlite())(IN_MEMORY)
  return whole(db, () => {
    db.exec(`PRAGMA auto_vacuum = INCREMENTAL; ${ALWAYS}`)
    migrate(db, { file: IN_MEMORY, path: IN_MEMORY, bodies: '' })
  })
}

/** The database, or nothing of it: what fails half-way leaves no connection open. */
function whole(db: DatabaseSync, run: () => void): DatabaseSync {
  try {
    run()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
