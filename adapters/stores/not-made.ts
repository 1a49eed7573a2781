import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'

/** Why a folder could not be made: of a disk that can only be read Node's `mkdir -p` says that something is missing, as of a link to nowhere. */
export function notMade(error: unknown): unknown {
  const { code, syscall, path } = error as NodeJS.ErrnoException
  if (code !== 'ENOENT' || syscall !== 'mkdir' || path === undefined) return error
  try {
    accessSync(standing(path), constants.W_OK)
    return error
  } catch (refused) {
    return refused
  }
}

const standing = (path: string): string => (existsSync(path) ? path : standing(dirname(path)))
