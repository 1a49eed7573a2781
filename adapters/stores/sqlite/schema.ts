import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { storeFailure } from '../failures.ts'
import type { Place } from './place.ts'

/** "hold" in ASCII: marks the file as ours (PRAGMA application_id). */
const APPLICATION = 0x686f6c64

/**
 * Step n leads from version n to n + 1 (PRAGMA user_version). A step never changes once it is released.
 *
 * `records.sum` is the CRC-32 of key and value: SQLite keeps no checksum of its pages, and an altered byte must be a miss.
 * Tables with long rows keep their rowid: with the key as the tree, a look-up would walk over the values (3 times as slow).
 */
const STEPS: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS groups (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, used INTEGER NOT NULL) STRICT;
   CREATE INDEX IF NOT EXISTS groups_by_use ON groups (used);
   CREATE TABLE IF NOT EXISTS records (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, grp INTEGER, expires INTEGER, sum INTEGER NOT NULL, value BLOB NOT NULL) STRICT;
   CREATE INDEX IF NOT EXISTS records_by_group ON records (grp) WHERE grp IS NOT NULL;
   CREATE INDEX IF NOT EXISTS records_by_expiry ON records (expires) WHERE expires IS NOT NULL;
   CREATE TABLE IF NOT EXISTS bodies (id TEXT PRIMARY KEY, grp INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE INDEX IF NOT EXISTS bodies_by_group ON bodies (grp);
   CREATE TABLE IF NOT EXISTS leases (key TEXT PRIMARY KEY, generation INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE INDEX IF NOT EXISTS leases_by_end ON leases (until);
   CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   INSERT OR IGNORE INTO facts VALUES ('body bytes', 0), ('lease floor', 0);
   CREATE TRIGGER IF NOT EXISTS body_added AFTER INSERT ON bodies BEGIN UPDATE facts SET value = value + NEW.bytes WHERE name = 'body bytes'; END;
   CREATE TRIGGER IF NOT EXISTS body_grown AFTER UPDATE OF bytes ON bodies BEGIN UPDATE facts SET value = value + NEW.bytes - OLD.bytes WHERE name = 'body bytes'; END;
   CREATE TRIGGER IF NOT EXISTS body_gone AFTER DELETE ON bodies BEGIN UPDATE facts SET value = value - OLD.bytes WHERE name = 'body bytes'; END;`,
  `DROP INDEX IF EXISTS leases_by_end;
   UPDATE facts SET value = max(value, (SELECT coalesce(max(generation), 0) FROM leases)) WHERE name = 'lease floor';
   DELETE FROM leases WHERE until <= since;`,
]

export const SCHEMA_VERSION: number = STEPS.length

const FACTS = `SELECT application_id AS application, user_version AS version, (SELECT count(*) FROM sqlite_schema) AS tables
  FROM pragma_application_id, pragma_user_version`

/**
 * Refuses what is not ours or is newer, and touches it in no way.
 *
 * @returns the version of the schema; 0 for an empty file.
 * @throws STORE that names the path and the cure.
 */
export function readVersion(db: DatabaseSync, file: string): number {
  // In one statement: another process may be making the tables just now, and half of what it has done is nobody's database.
  const { application, version, tables } = db.prepare(FACTS).get() as Record<'application' | 'version' | 'tables', number>
  if (application !== APPLICATION && (application !== 0 || tables > 0)) {
    throw storeFailure(`sqlite ${file}: this is the database of another program. Choose another path`)
  }
  if (version > SCHEMA_VERSION) {
    throw storeFailure(
      `sqlite ${file}: it was written by a newer holdfast (schema ${version}; this one knows ${SCHEMA_VERSION}). Update holdfast, or choose another path`,
    )
  }
  return version
}

/** Brings the tables to the newest version, in one transaction; a kill leaves the old one. */
export function migrate(db: DatabaseSync, place: Place): void {
  if (readVersion(db, place.file) === SCHEMA_VERSION) return
  db.exec('BEGIN IMMEDIATE')
  try {
    // Asked again: another process may have done it while this one waited for the lock.
    const version = readVersion(db, place.file)
    for (const step of STEPS.slice(version)) db.exec(step)
    db.exec(`PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${SCHEMA_VERSION}`)
    if (version === 0 && db.prepare('SELECT 1 FROM records LIMIT 1').get() === undefined) removeUnreachable(place)
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

/** Body files beside a database without records belonged to one that is gone: nothing names them, and they count in no bound. */
function removeUnreachable({ bodies }: Place): void {
  if (!existsSync(bodies)) return
  for (const entry of readdirSync(bodies, { withFileTypes: true })) {
    if (entry.isFile()) rmSync(join(bodies, entry.name), { force: true })
  }
}
