import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { HoldfastError } from '../../../src/model/errors.ts'
import { storeFailure } from '../failures.ts'
import { explained } from './faults.ts'
import { identityOf, type Place } from './place.ts'

/** What SQLite keeps beside the file; the index of the log ("-shm") is made anew from it. */
const LOG = '-wal'
const LOG_INDEX = '-shm'

/** True when this file was ours before it was damaged, by what stands beside it. A stranger's file is never moved. */
export function wasOurs({ bodies }: Place): boolean {
  return existsSync(bodies)
}

/**
 * Sets a damaged database aside as `<file>.damaged-<time>`, with its log, so that a new one can be made and nothing is lost to whoever
 * wants to look into it. The one set aside before is removed: two would not fit the bound.
 *
 * Only where the file is still the one that was found damaged: another process may have put a new one in its place already. (Those who
 * have the old one open go on with it under its new name; SQLite does not touch a log by name once its database has moved.)
 *
 * @returns the failure as a caller is told it.
 */
export function setAside({ path, file }: Place, found: { identity: string; error: unknown; time: number }): HoldfastError {
  const failure = explained(file, found.error).message
  try {
    if (identityOf(path) !== found.identity) {
      return storeFailure(`${failure}; another process has replaced it, and the next call opens that one`, found.error)
    }
    const aside = `${path}.damaged-${new Date(found.time).toISOString().replaceAll(/[-:.]/g, '')}`
    removeEarlier(path)
    renameSync(path, aside)
    if (existsSync(path + LOG)) renameSync(path + LOG, aside + LOG)
    rmSync(path + LOG_INDEX, { force: true })
    return storeFailure(`${failure}; it was set aside as ${aside}, and the next call makes a new one`, found.error)
  } catch (cause) {
    return storeFailure(`${failure}, and cannot be set aside (${(cause as Error).message}). Remove it`, found.error)
  }
}

const EARLIER = /^\.damaged-\d{8}T\d{9}Z(?:-wal)?$/

function removeEarlier(path: string): void {
  const [directory, name] = [dirname(path), basename(path)]
  for (const other of readdirSync(directory)) {
    if (other.startsWith(name) && EARLIER.test(other.slice(name.length))) rmSync(join(directory, other), { force: true })
  }
}
