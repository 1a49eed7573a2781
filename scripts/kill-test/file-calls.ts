import promises, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Tripwire } from './tripwire.ts'

/** By these a store changes what is on the disk. */
const OF_FILES = ['mkdir', 'open', 'rename', 'rm', 'unlink', 'writeFile'] as const
const OF_AN_OPEN_FILE = ['appendFile', 'datasync', 'sync', 'truncate', 'write', 'writeFile', 'writev'] as const

/** What a store does to files and by SQL counts from now on, in this process: the functions of Node are replaced. */
export async function watchFileCalls(tripwire: Tripwire): Promise<void> {
  const file = await promises.open('/dev/null')
  replace(Object.getPrototypeOf(file) as FileHandle, OF_AN_OPEN_FILE, tripwire)
  await file.close()
  replace(promises, OF_FILES, tripwire)
  // Whoever has imported one of them by its name has the new one then.
  syncBuiltinESMExports()
  replace(StatementSync.prototype, ['run'], tripwire)
  replace(DatabaseSync.prototype, ['exec'], tripwire)
}

function replace<T extends object>(owner: T, names: readonly (keyof T & string)[], tripwire: Tripwire): void {
  for (const name of names) {
    const before = owner[name] as (...args: unknown[]) => unknown
    const around = function (this: unknown, ...args: unknown[]): unknown {
      return tripwire.around(['file'], name, () => before.apply(this, args))
    }
    owner[name] = around as T[typeof name]
  }
}
