import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { storeFailure } from '../failures.ts'
import type { Place } from './place.ts'

/** Add-ons that bring a SQLite of their own: better-sqlite3, node-sqlite3, libsql. */
const LIBRARY = /\s(\/\S*(?:sqlite|libsql)\S*\.node)$/m

/**
 * A second SQLite in this process drops the locks of the first when it closes the file: POSIX takes them from the process, and not from
 * who asked for them. Then a log is removed under somebody who still writes to it, and what was committed is lost without an error.
 * (Two connections of Node's own SQLite know of one another.) Linux says which files this process has open, and what it has loaded;
 * elsewhere there is no knowing.
 *
 * @throws STORE that names the library and the cure.
 */
export function refuseOtherRuntime({ path, file }: Place): void {
  if (!isOpenHere(path)) return
  const library = libraryHere()
  if (library === undefined) return
  throw storeFailure(
    `sqlite ${file}: this process has the file open already, and has loaded a second SQLite (${library}): two of them on one file lose ` +
      'what they commit. Close it there first, or give sqlite(file) a file of its own',
  )
}

function isOpenHere(path: string): boolean {
  return filesHere().some((fd) => target(fd) === path)
}

function filesHere(): string[] {
  try {
    return readdirSync('/proc/self/fd')
  } catch {
    return []
  }
}

/** One may have been closed since it was listed. */
function target(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return undefined
  }
}

function libraryHere(): string | undefined {
  try {
    return LIBRARY.exec(readFileSync('/proc/self/maps', 'utf8'))?.[1]
  } catch {
    return undefined
  }
}
