import { resolve } from 'node:path'
import { type Clock, systemClock } from '../../src/model/clock.ts'
import type { Size } from '../../src/model/size.ts'
import type { Store } from '../../src/model/store.ts'
import { OneFolder } from './folder/store.ts'
import { readSize, refuseUnknown } from './options.ts'

export interface FolderOptions {
  /** Bytes of all values and bodies, in whole blocks of 4 KiB, hard and over all processes: the least recently used goes. Default '10GB'. */
  maxBytes?: Size
  /** Reads a folder that is there, and rejects writes. Default false. */
  readOnly?: boolean
  /** Decides when a lease or an `expires` has run out. Default: the machine's own. */
  clock?: Clock
}

export interface FolderStore extends Store {
  /**
   * Opens the folder now, and not at the first call.
   *
   * @throws HoldfastError STORE that names the path and the cure: a file, no permission, no such folder.
   */
  open(): Promise<void>
}

/**
 * A store in a folder: one file for each value, and one for each large body. Several processes of one machine may use it at once.
 *
 * It keeps to `h1/` in the folder, so other files there are left alone. A value is written beside, brought to the disk and renamed; a
 * file that is damaged, cut or of another format is a miss. Leases count by the machine's clock.
 *
 * Nothing is touched before the first call.
 *
 * @throws TypeError on an unknown or wrong option.
 */
export function folder(dir: string, options: FolderOptions = {}): FolderStore {
  if (typeof dir !== 'string' || dir === '')
    throw new TypeError(`folder: ${JSON.stringify(dir)} is no path. Give a folder as text, for instance './cache'`)
  refuseUnknown('folder', options, ['maxBytes', 'readOnly', 'clock'])
  const { readOnly = false, clock = systemClock } = options
  if (typeof readOnly !== 'boolean') throw new TypeError(`folder.readOnly: ${JSON.stringify(readOnly)} is neither true nor false`)
  return new OneFolder({
    dir,
    path: resolve(dir),
    maxBytes: readSize(options.maxBytes, 'folder.maxBytes', '10GB'),
    readOnly,
    clock,
  })
}
