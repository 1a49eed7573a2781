import { HoldfastError } from '../../../src/model/errors.ts'
import { storeFailure } from '../failures.ts'
import { notMade } from '../not-made.ts'

export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code
}

const NOT_ALLOWED = 'this user may not. Give this user the right to, or choose another path'

const CURES: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no room left on its disk. Make room, or give a smaller maxBytes',
  EDQUOT: "this user's share of its disk is used up. Make room, or give a smaller maxBytes",
  EFBIG: 'a file would be larger than this process may write. Raise the limit (ulimit -f)',
  EROFS: 'its disk can only be read. Choose another path, or open it with readOnly: true',
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EMFILE: 'this process has too many files open. Raise the limit (ulimit -n), or close some',
  ENFILE: 'this machine has too many files open. Close some',
  ENOENT: 'it was removed meanwhile. The next write makes it anew',
  ENOTDIR: 'a part of this path is a file and no folder. Choose another path, or remove it',
  EEXIST: 'a part of this path is a file and no folder. Choose another path, or remove it',
  EISDIR: 'a folder stands where a file should. Remove it',
  ELOOP: 'a link stands where a file should. Remove it',
  EXDEV: 'a part of it is on another disk, so nothing can be renamed into it. Keep the whole folder on one disk',
  EIO: 'its disk fails. Check it',
}

/** The failure as a caller sees it: the path, what to do, and the system's own words. */
export function explained(dir: string, operation: string, failure: unknown): HoldfastError {
  if (failure instanceof HoldfastError) return failure
  const error = notMade(failure)
  const words = error instanceof Error ? error.message : String(error)
  const cure = CURES[codeOf(error) ?? ''] ?? 'the file system refused'
  return storeFailure(`folder ${dir}: ${operation} failed: ${cure} (${words})`, error)
}

/** The value, or undefined where nothing is there. */
export function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch(unless('ENOENT'))
}

/** For what is as well where it failed with one of these codes. */
export function unless(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (!codes.includes(codeOf(error) ?? '')) throw error
  }
}

/** Whether a step was done; false where it failed with one of these codes. */
export async function isDone(step: Promise<void>, ...codes: readonly string[]): Promise<boolean> {
  return (await step.then(() => true, unless(...codes))) === true
}

/** The value, or undefined where {@link isNoFile}. */
export function unlessNoFile<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch(unless(...NO_FILE))
}

const NO_FILE = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'EISDIR']

/** Nothing that could be read: nothing at all, or a link, a socket, a folder, or a file in the place of a folder. */
export function isNoFile(error: unknown): boolean {
  return NO_FILE.includes(codeOf(error) ?? '')
}
