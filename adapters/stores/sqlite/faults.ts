import { HoldfastError } from '../../../src/model/errors.ts'
import { storeFailure } from '../failures.ts'

/**
 * What a failure of SQLite calls for: to be tried again, to set the file aside, to open anew, or to be told.
 * Numbers: https://www.sqlite.org/rescode.html; the low byte is the primary code.
 */
export type Fault = 'busy' | 'damaged' | 'full' | 'unreadable' | 'other'

const SQL_ERROR = 1

/** The index of the log cannot be made larger (SQLITE_IOERR_SHMSIZE). */
const NO_ROOM_FOR_INDEX = 4874

const FAULTS: Readonly<Record<number, Fault>> = {
  5: 'busy',
  6: 'busy',
  8: 'unreadable',
  11: 'damaged',
  13: 'full',
  14: 'unreadable',
  26: 'damaged',
}

function codeOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined
}

export function faultOf(error: unknown): Fault {
  const whole = codeOf(error) ?? 0
  if (whole === NO_ROOM_FOR_INDEX) return 'full'
  const code = whole & 0xff
  // The statements are constant and fit the schema; where a name in them is not known, the text of the schema is damaged.
  if (code === SQL_ERROR && /no such|malformed/.test((error as Error).message)) return 'damaged'
  return FAULTS[code] ?? 'other'
}

const CURES: Readonly<Record<Fault, string>> = {
  busy: 'another process has kept the database locked for too long',
  damaged: 'the database is damaged',
  full: 'there is no room left for it (full disk or limited file size)',
  // All of these look alike to SQLite.
  unreadable:
    'the database, or a file beside it, cannot be opened or written; see that its directory exists and that this user may write there, that its path has less than 500 bytes and its name less than 248, and that there may be more files (ulimit -n, inodes of the disk)',
  other: 'SQLite refused',
}

/** The failure as a caller sees it: the path, what is wrong, and SQLite's own words. */
export function explained(file: string, error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error
  const words = error instanceof Error ? error.message : String(error)
  return storeFailure(`sqlite ${file}: ${CURES[faultOf(error)]} (${words})`, error)
}
