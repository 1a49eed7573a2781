import { randomUUID } from 'node:crypto'
import { lstat, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { storeFailure } from '../failures.ts'
import { codeOf, unless } from './faults.ts'
import { folderOf, nameOf, VALUE } from './names.ts'

/** The number of the format. Another one is another folder, so neither ever meets the other's files. */
const FORMAT = 'h1'

const LEFTOVER = '.tmp'

/** Where things stand in the folder. */
export class Layout {
  /** As the user wrote it: for messages. */
  readonly dir: string
  readonly root: string
  readonly values: string
  readonly bodies: string
  readonly leases: string
  /** The highest generation of the leases that were forgotten. */
  readonly floor: string
  /** One folder for each process that writes; what it is writing stands there. A rename out of it is as atomic as one beside the file. */
  readonly staging: string
  readonly tally: string
  readonly #writer: string
  readonly #made = new Set<string>()

  constructor({ dir, absolute, writer }: { dir: string; absolute: string; writer: string }) {
    this.dir = dir
    this.root = join(absolute, FORMAT)
    this.values = join(this.root, 'values')
    this.bodies = join(this.root, 'bodies')
    this.leases = join(this.root, 'leases')
    this.floor = join(this.root, 'floor')
    this.staging = join(this.root, 'staging')
    this.tally = join(this.root, 'tally')
    this.#writer = writer
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

  /** Where this process writes beside. */
  get desk(): string {
    return join(this.staging, this.#writer)
  }

  /**
   * A path that nobody else has. It names its writer, also where it stands elsewhere for a moment; and how many bytes are about to come,
   * so that a count of all files knows of them before they are there.
   */
  staged(coming = 0): string {
    return join(this.desk, `${this.#writer}.${randomUUID()}.${coming}${LEFTOVER}`)
  }

  /** Makes a folder where it is missing, for this user only. A link in its place would lead writes elsewhere, and is refused. */
  async make(path: string): Promise<void> {
    if (this.#made.has(path)) return
    if (path !== this.root) await this.make(dirname(path))
    await mkdir(path, { recursive: path === this.root, mode: 0o700 }).catch(unless('EEXIST'))
    if (!(await isFolder(path)))
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
}

/** No link to one either. */
export async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path)).isDirectory()
}

/** How many bytes the name of a staged file says are about to come. */
export function comingBy(name: string): number {
  return Number(/\.(\d{1,15})\.tmp$/.exec(name)?.[1] ?? 0)
}

/** The writer that a path of {@link Layout.staged} names, by its last part. */
export function writerOf(name: string): string | undefined {
  return name.endsWith(LEFTOVER) ? name.split('.')[0] : undefined
}
