import { accessSync, closeSync, constants, existsSync, lstatSync, mkdirSync, openSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { storeFailure } from '../failures.ts'
import { notMade } from '../not-made.ts'

/** Where a database stands. */
export interface Place {
  /** As the user wrote it: for messages. */
  readonly file: string
  /** Absolute, links resolved: one name for one file. */
  readonly path: string
  /** Directory of the body files, made once the database is open: that it exists is the sign that the file beside it is ours. */
  readonly bodies: string
}

/**
 * Makes the directory (0700) and the file (0600) where they are missing; SQLite itself would make the file readable for all.
 *
 * @throws STORE that names the path and the cure.
 */
export function preparePlace({ file, path: absolute, mode }: { file: string; path: string; mode: 'read' | 'write' }): Place {
  try {
    if (mode === 'write') mkdirSync(dirname(absolute), { recursive: true, mode: 0o700 })
    const path = realPath(absolute)
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      throw storeFailure(
        `sqlite ${file}: this is a directory. Give the path of a file in it, for instance ${join(file, 'cache.db')}`,
      )
    }
    if (mode === 'write') makeWhereMissing(path)
    accessSync(path, mode === 'write' ? constants.R_OK | constants.W_OK : constants.R_OK)
    return { file, path, bodies: `${path}.bodies` }
  } catch (error) {
    throw explainedPlace(file, mode, notMade(error) as NodeJS.ErrnoException)
  }
}

/** One that is there is not opened: to close it would drop the locks that this process has on it, whoever asked for them. */
function makeWhereMissing(path: string): void {
  if (existsSync(path)) return
  try {
    closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** A file that is still to be made has no real path, but its directory has. What a link leads to is not made: its disk may only be away. */
function realPath(absolute: string): string {
  return lstatSync(absolute, { throwIfNoEntry: false }) === undefined
    ? join(realpathSync(dirname(absolute)), basename(absolute))
    : realpathSync(absolute)
}

function explainedPlace(file: string, mode: 'read' | 'write', error: NodeJS.ErrnoException): Error {
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return storeFailure(
        mode === 'write'
          ? `sqlite ${file}: it cannot be written (${error.code}). Give this user the right to, choose another path, or open it with readOnly: true`
          : `sqlite ${file}: it cannot be read (${error.code}). Give this user the right to, or choose another path`,
        error,
      )
    case 'ENOENT':
      return storeFailure(
        mode === 'write'
          ? `sqlite ${file}: a link in this path leads nowhere. Make what it leads to, or choose another path`
          : `sqlite ${file}: there is no such file. Without readOnly: true it would be made`,
        error,
      )
    case 'ENOTDIR':
    case 'EEXIST':
      return storeFailure(`sqlite ${file}: a part of this path is a file and no directory. Choose another path`, error)
    case 'STORE':
      return error
    default:
      return storeFailure(`sqlite ${file}: it cannot be opened (${error.message})`, error)
  }
}

/** Which file stands under a path, by device and number; undefined where there is none. */
export function identityOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true })
  return stats && `${stats.dev}:${stats.ino}`
}
