import { type FileHandle, lstat, open, opendir, unlink } from 'node:fs/promises'
import type { Clock } from '../../../src/model/clock.ts'
import { bodyPath, isBodyId } from '../body-id.ts'
import { storeFailure } from '../failures.ts'
import { bodyGroup } from '../key-group.ts'
import { OpenFiles } from '../open-files.ts'
import { readAt, writeAt } from '../positions.ts'
import { BODY_AT, type BodyHead, emptied, isOurs, readBodyHead, writeBodyHead } from './body-head.ts'
import { cost } from './census.ts'
import { Claims } from './claims.ts'
import { unlessMissing, unlessNoFile } from './faults.ts'
import type { Layout } from './layout.ts'
import type { Recency } from './recency.ts'
import type { Space } from './space.ts'

export interface BodyFacts {
  readonly layout: Layout
  readonly mode: 'read' | 'write'
  readonly clock: Clock
  readonly space: Space
  readonly recency: Recency
}

/**
 * One file for each body, and in its head how many of its bytes count: bytes first, then the number. What a kill leaves behind the counted
 * ones is written over. Bodies are not brought to the disk at each piece: each chunk of them carries a seal of its own.
 */
export class Bodies {
  readonly #facts: BodyFacts
  readonly #files: OpenFiles
  readonly #last = new Map<string, Promise<void>>()
  readonly #claims: Claims
  /** Of open files: what this process wrote there last, or has read there. */
  readonly #heads = new WeakMap<FileHandle, BodyHead>()

  constructor(facts: BodyFacts) {
    this.#facts = facts
    this.#files = new OpenFiles(facts.clock, facts.mode)
    this.#claims = new Claims(facts)
  }

  /** When an append fails those that wait behind it fail too: a body has no holes. */
  async append(id: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(id)
    const appended = (this.#last.get(id) ?? Promise.resolve()).then(() => this.#appendNext(id, path, bytes))
    this.#last.set(id, appended)
    try {
      await appended
    } finally {
      if (this.#last.get(id) === appended) this.#last.delete(id)
    }
  }

  async #appendNext(id: string, path: string, bytes: Uint8Array): Promise<void> {
    const { layout, recency } = this.#facts
    try {
      const append = (file: FileHandle): Promise<void> => this.#appendTo(file, id, bytes)
      await layout.within([layout.desk, layout.bodies], () => this.#files.use(path, 'make', append))
    } catch (error) {
      await this.#files.forget(path)
      throw error
    }
    recency.touch(bodyGroup(id), path)
  }

  async #appendTo(file: FileHandle, id: string, bytes: Uint8Array): Promise<void> {
    const head = await this.#headToWrite(file, id)
    const from = head?.counted ?? 0
    const more = cost(BODY_AT + from + bytes.length) - (head === undefined ? 0 : cost(BODY_AT + from))
    await this.#during(more, { id, from }, async () => {
      if (head === undefined) await emptied(file)
      try {
        await writeAt(file, bytes, BODY_AT + from)
      } catch (error) {
        // A full disk gets the half piece back. Where that fails it is written over, or goes with the body.
        await file.truncate(head === undefined ? 0 : BODY_AT + from).catch(() => undefined)
        throw error
      }
      const counted = from + bytes.length
      const [stats, now] = await Promise.all([file.stat(), readBodyHead(file, id, BODY_AT + counted)])
      if (!isOurs(stats) || now?.said !== head?.said) throw takenFrom(id)
      this.#heads.set(file, await writeBodyHead(file, id, { next: head?.next ?? 0, counted }))
    })
  }

  /** A file that ends where this process left it needs no second look at its head before the write; after it, it is looked at in any case. */
  async #headToWrite(file: FileHandle, id: string): Promise<BodyHead | undefined> {
    const known = this.#heads.get(file)
    const stats = known && (await file.stat())
    if (stats !== undefined && isOurs(stats) && stats.size === BODY_AT + (known?.counted ?? 0)) return known
    return headToWrite(file, id)
  }

  /** Room for so many bytes, claimed ahead, or named by a staged file until they are there. */
  async #during(bytes: number, { id, from }: { id: string; from: number }, work: () => Promise<void>): Promise<void> {
    const { layout, space } = this.#facts
    const groups = [bodyGroup(id)]
    if (await this.#claims.take(id, bytes, from)) {
      return space.within(groups, () =>
        work().catch((error: unknown) => {
          this.#claims.untake(id, bytes)
          throw error
        }),
      )
    }
    const marker = layout.staged(bytes)
    await (await open(marker, 'wx', 0o600)).close()
    try {
      await space.during({ bytes, groups }, async (ledger) => {
        ledger.freed = bytes
        await work()
        ledger.freed = 0
      })
    } finally {
      await unlink(marker)
    }
  }

  /** Who asks for it has written what there was to write. */
  async size(id: string): Promise<number | undefined> {
    await this.#claims.giveBack(id)
    return this.#read(id, (file) => this.#counted(file, id))
  }

  async read(id: string, from: number, to: number, room?: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#read(id, async (file) => {
      // What is counted stays so.
      const known = this.#heads.get(file)?.counted ?? 0
      const counted = known >= to ? known : await this.#counted(file, id)
      if (counted === undefined) return undefined
      if (this.#facts.mode === 'write') this.#facts.recency.touch(bodyGroup(id), this.#pathOf(id))
      return readAt(file, BODY_AT + from, Math.max(0, Math.min(to, counted) - from), room)
    })
  }

  async #counted(file: FileHandle, id: string): Promise<number | undefined> {
    const stats = await file.stat()
    const head = stats.isFile() ? await readBodyHead(file, id, stats.size) : undefined
    if (head !== undefined) this.#heads.set(file, head)
    return head?.counted
  }

  async #read<T>(id: string, read: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
    if (!isBodyId(id)) return undefined
    return unlessNoFile(this.#files.use(this.#pathOf(id), 'fail', read))
  }

  /** A folder in its place is none of ours, and stays. */
  async delete(ids: readonly string[]): Promise<void> {
    for (const id of ids.filter((each) => isBodyId(each))) {
      const path = this.#pathOf(id)
      await this.#files.forget(path)
      await this.#claims.giveBack(id)
      const stats = await unlessMissing(lstat(path))
      if (stats === undefined || stats.isDirectory()) continue
      if ((await unlessMissing(unlink(path).then(() => true))) === true) this.#facts.space.giveBack(cost(stats.size))
    }
  }

  /** It was given up: its room is free when nobody has it open. */
  async forget(id: string): Promise<void> {
    await this.#files.forget(this.#pathOf(id))
    await this.#claims.giveBack(id)
  }

  async *ids(): AsyncGenerator<string> {
    const folder = await unlessMissing(opendir(this.#facts.layout.bodies))
    if (folder !== undefined) for await (const entry of folder) if (entry.isFile() && isBodyId(entry.name)) yield entry.name
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#last.values())
    await this.#claims.close()
    await this.#files.close()
  }

  #pathOf(id: string): string {
    return bodyPath(this.#facts.layout.bodies, id)
  }
}

async function headToWrite(file: FileHandle, id: string): Promise<BodyHead | undefined> {
  const stats = await file.stat()
  if (!isOurs(stats)) throw takenFrom(id)
  return readBodyHead(file, id, stats.size)
}

function takenFrom(id: string): Error {
  return storeFailure(`body ${id}: it has been given up or is written by somebody else`)
}
