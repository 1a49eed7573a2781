import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { storeFailure } from '../failures.ts'
import { notMade } from '../not-made.ts'
import { codeOf, explained, unlessMissing } from './faults.ts'
import type { Layout } from './layout.ts'

/**
 * Makes the folder (0700) where it is missing and may be made, and sees that this user may do there what is wanted.
 *
 * @throws STORE that names the path and the cure.
 */
export async function preparePlace(layout: Layout, dir: { path: string; mode: 'read' | 'write' }): Promise<void> {
  try {
    if (dir.mode === 'write') await prepareToWrite(layout, dir.path)
    else await prepareToRead(layout, dir.path)
  } catch (error) {
    throw explained(layout.dir, 'opening', error)
  }
}

async function prepareToWrite(layout: Layout, path: string): Promise<void> {
  try {
    await layout.make(layout.root)
    await access(layout.root, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (refused) {
    const error = notMade(refused)
    if (!/^(EACCES|EPERM|EROFS)$/.test(codeOf(error) ?? '')) throw error
    const cure = 'Give this user the right to, choose another path, or open it with readOnly: true'
    throw storeFailure(`folder ${layout.dir}: it cannot be written (${codeOf(error)}). ${cure}`, error)
  }
  await refuseFile(layout, path)
}

async function prepareToRead(layout: Layout, path: string): Promise<void> {
  await refuseFile(layout, path)
  const mayRead = constants.R_OK | constants.X_OK
  try {
    await access(path, mayRead)
    // One that nobody has written to yet has nothing in it.
    await unlessMissing(access(layout.root, mayRead))
  } catch (error) {
    throw storeFailure(
      `folder ${layout.dir}: it cannot be read (${codeOf(error)}). Give this user the right to, or choose another path`,
      error,
    )
  }
}

async function refuseFile(layout: Layout, path: string): Promise<void> {
  const stats = await unlessMissing(stat(path))
  if (stats === undefined)
    throw storeFailure(`folder ${layout.dir}: there is no such folder. Without readOnly: true it would be made`)
  if (!stats.isDirectory())
    throw storeFailure(`folder ${layout.dir}: this is a file and no folder. Choose another path, or remove it`)
}
