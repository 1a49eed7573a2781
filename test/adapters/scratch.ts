import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Where nothing is lost to a slow disk. Linux only. */
const IN_MEMORY = '/dev/shm'

function canWrite(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** A directory of this test's own, removed when it ends; in memory where the disk is not what is tested and there are many. */
export function scratch(where: 'disk' | 'memory' = 'disk'): string {
  const parent = where === 'memory' && canWrite(IN_MEMORY) ? IN_MEMORY : tmpdir()
  const directory = mkdtempSync(join(parent, 'holdfast-store-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
