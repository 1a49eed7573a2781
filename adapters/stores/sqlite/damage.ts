import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
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
 * @returns the new path; undefined where another process was first.
 */
export function setAside({ path }: Place, identity: string | undefined, time: number): string | undefined {
  if (identity === undefined || identityOf(path) !== identity) return undefined
  const aside = `${path}.damaged-${new Date(time).toISOString().replaceAll(/[-:.]/g, '')}`
  removeEarlier(path)
  renameSync(path, aside)
  if (existsSync(path + LOG)) renameSync(path + LOG, aside + LOG)
  rmSync(path + LOG_INDEX, { force: true })
  return aside
}

function removeEarlier(path: string): void {
  const prefix = `${basename(path)}.damaged-`
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(path), name), { force: true })
  }
}
