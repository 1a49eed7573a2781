import { randomUUID } from 'node:crypto'
import { lstat, mkdir, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { nextRound } from '../../../src/model/clock.ts'
import { storeFailure } from '../failures.ts'
import { codeOf } from './faults.ts'
import { folderOf, nameOf, VALUE } from './names.ts'

/** The number of the format. Another one is another folder, so neither ever meets the other's files. */
const FORMAT = 'h1'

export const LEFTOVER = '.tmp'

/** Where things stand in the folder. */
export class Layout {
  /** As the user wrote it: for messages. */
  readonly dir: string
  readonly root: string
  readonly values: string
  readonly bodies: string
  readonly leases: string
  /** Of what is being written. One folder for all, so that what a kill leaves is found by one look; a rename out of it is as atomic. */
  readonly staging: string
  readonly tally: string
  readonly #made = new Set<string>()
  readonly #syncs = new Map<string, Promise<void>>()

  constructor(dir: string, absolute: string) {
    this.dir = dir
    this.root = join(absolute, FORMAT)
    this.values = join(this.root, 'values')
    this.bodies = join(this.root, 'bodies')
    this.leases = join(this.root, 'leases')
    this.staging = join(this.root, 'staging')
    this.tally = join(this.root, 'tally')
  }

  folderOf(key: string): string {
    return join(this.values, folderOf(key))
  }

  fileOf(key: string): string {
    return join(this.folderOf(key), nameOf(key) + VALUE)
  }

  leaseOf(key: string): string {
    return join(this.leases, nameOf(key))
  }

  /** A path that nobody else has. */
  staged(): string {
    return join(this.staging, randomUUID() + LEFTOVER)
  }

  /** Makes a folder where it is missing, for this user only. A link in its place would lead writes elsewhere, and is refused. */
  async make(path: string): Promise<void> {
    if (this.#made.has(path)) return
    if (path !== this.root) await this.make(path.slice(0, -basename(path).length - 1))
    await mkdir(path, { recursive: path === this.root, mode: 0o700 }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error
    })
    if (!(await lstat(path)).isDirectory())
      throw storeFailure(`folder ${this.dir}: ${path} is a link or a file where a folder should be. Remove it`)
    this.#made.add(path)
  }

  /** Does work in folders that it makes first; once more where somebody has removed them. */
  async within<T>(paths: readonly string[], work: () => Promise<T>): Promise<T> {
    try {
      for (const path of paths) await this.make(path)
      return await work()
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
    this.#made.clear()
    for (const path of paths) await this.make(path)
    return work()
  }

  /** Resolves when the names in a folder are on the disk. Those who ask before it begins share one. */
  sync(path: string): Promise<void> {
    const asked = this.#syncs.get(path)
    if (asked !== undefined) return asked
    const synced = nextRound().then(() => {
      this.#syncs.delete(path)
      return syncFolder(path)
    })
    this.#syncs.set(path, synced)
    return synced
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows opens no folder for that, and writes its names by itself.
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } catch (error) {
    // A file system that has no such thing.
    if (codeOf(error) !== 'EINVAL') throw error
  } finally {
    await folder.close()
  }
}
