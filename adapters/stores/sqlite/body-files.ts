import { type FileHandle, mkdir, opendir, unlink } from 'node:fs/promises'
import type { Clock } from '../../../src/model/clock.ts'
import { bodyPath, isBodyId } from '../body-id.ts'
import { storeFailure } from '../failures.ts'
import { bodyGroup } from '../key-group.ts'
import { OpenFiles } from '../open-files.ts'
import { readAt, writeAt } from '../positions.ts'
import { faultOf } from './faults.ts'
import type { Tables } from './tables.ts'
import type { Write } from './transactions.ts'

export interface BodyFacts {
  readonly directory: string
  readonly mode: 'read' | 'write'
  readonly clock: Clock
  readonly read: <T>(run: (tables: Tables) => T) => Promise<T>
  readonly write: <T>(write: Write<T>) => Promise<T>
  readonly touch: (group: string) => void
}

/** One body that is being written. */
interface Writer {
  /** Bytes that are in the file and counted. */
  size: number | undefined
  /** The append before. When one fails the ones that wait behind it fail too: a body has no holes. */
  last: Promise<void>
}

/**
 * Bodies as files, their length as rows. Bytes count once their row says so, in the order: file, then row. What a kill leaves behind
 * the counted length is written over, and a file without a row is found by `ids` and swept.
 */
export class BodyFilesOnDisk {
  readonly #facts: BodyFacts
  readonly #files: OpenFiles
  readonly #writers = new Map<string, Writer>()

  constructor(facts: BodyFacts) {
    this.#facts = facts
    this.#files = new OpenFiles(facts.clock, facts.mode)
  }

  async append(id: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(id)
    const writer = this.#writers.get(id) ?? { size: undefined, last: Promise.resolve() }
    this.#writers.set(id, writer)
    const appended = writer.last.then(() => this.#appendNext(id, path, { writer, bytes }))
    writer.last = appended
    try {
      await appended
    } finally {
      // Nobody says when a body is whole, so nothing is kept of a writer between two appends but the row.
      if (writer.last === appended && this.#writers.get(id) === writer) this.#writers.delete(id)
    }
  }

  async #appendNext(id: string, path: string, { writer, bytes }: { writer: Writer; bytes: Uint8Array }): Promise<void> {
    writer.size ??= (await this.#facts.read((tables) => tables.bodySize(id))) ?? 0
    const [from, to] = [writer.size, writer.size + bytes.length]
    await this.#inFile(path, (file) => writeAt(file, bytes, from))
    const counted = await this.#facts.write<boolean>({
      bytes: bytes.length,
      groups: [bodyGroup(id)],
      run: (tables, now) => {
        const group = tables.group(bodyGroup(id), now)
        return from === 0 ? tables.addBody(id, group, to) || tables.growBody(id, 0, to) : tables.growBody(id, from, to)
      },
    })
    if (!counted) {
      await this.#files.forget(path)
      throw storeFailure(`body ${id}: it has been given up or is written by somebody else`)
    }
    writer.size = to
  }

  /** The directory is made anew where somebody has removed it. */
  async #inFile(path: string, run: (file: FileHandle) => Promise<void>): Promise<void> {
    const use = (): Promise<void> => this.#files.use(path, 'make', run)
    try {
      await use().catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        await mkdir(this.#facts.directory, { recursive: true, mode: 0o700 })
        await use()
      })
    } catch (error) {
      throw storeFailure(`${path} cannot be written (${(error as Error).message})`, error)
    }
  }

  async size(id: string): Promise<number | undefined> {
    return isBodyId(id) ? this.#facts.read((tables) => tables.bodySize(id)) : undefined
  }

  async read(id: string, from: number, to: number, room?: Uint8Array): Promise<Uint8Array | undefined> {
    const size = await this.size(id)
    if (size === undefined) return undefined
    this.#facts.touch(bodyGroup(id))
    const length = Math.max(0, Math.min(to, size) - from)
    try {
      return await this.#files.use(this.#pathOf(id), 'fail', (file) => readAt(file, from, length, room))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw storeFailure(`body ${id} cannot be read (${(error as Error).message})`, error)
    }
  }

  /** The rows first: what a kill leaves is a file that counts for nothing. A full disk takes no word of what goes, until it has gone. */
  async delete(ids: readonly string[]): Promise<void> {
    const known = ids.filter((id) => isBodyId(id))
    if (known.length === 0) return
    for (const id of known) this.#writers.delete(id)
    await this.#removeRows(known).catch(async (error: Error) => {
      if (faultOf(error.cause) !== 'full') throw error
      await this.remove(known)
      await this.#removeRows(known)
    })
    await this.remove(known)
  }

  #removeRows(ids: readonly string[]): Promise<void> {
    return this.#facts.write({
      bytes: 0,
      groups: [],
      run: (tables) => {
        for (const id of ids) {
          const group = tables.removeBody(id)
          if (group !== undefined) tables.removeGroupIfEmpty(group)
        }
      },
    })
  }

  /** Removes files whose rows have gone. */
  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const path = this.#pathOf(id)
      await this.#files.forget(path)
      await unlink(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw storeFailure(`body ${id} cannot be removed (${error.message})`, error)
      })
    }
  }

  async *ids(): AsyncGenerator<string> {
    try {
      for await (const entry of await opendir(this.#facts.directory)) if (entry.isFile() && isBodyId(entry.name)) yield entry.name
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        throw storeFailure(`${this.#facts.directory} cannot be read (${(error as Error).message})`, error)
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#writers.values()].map(({ last }) => last))
    await this.#files.close()
  }

  #pathOf(id: string): string {
    return bodyPath(this.#facts.directory, id)
  }
}
