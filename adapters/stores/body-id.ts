import { join } from 'node:path'
import { storeFailure } from './failures.ts'

/** A file's name on every system. */
const ID = /^[a-z0-9-]{1,128}$/

export const isBodyId = (id: string): boolean => ID.test(id)

/** Where the file of a body stands. @throws STORE where no body is called so. */
export function bodyPath(directory: string, id: string): string {
  if (!isBodyId(id)) throw storeFailure(`${JSON.stringify(id.slice(0, 200))} is no body id: 1 to 128 of a to z, 0 to 9 and "-"`)
  return join(directory, id)
}
