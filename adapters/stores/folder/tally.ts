import { constants } from 'node:fs'
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises'
import { readAt } from '../positions.ts'
import { codeOf, unlessMissing } from './faults.ts'
import type { Layout } from './layout.ts'

const MAGIC = Buffer.from('hftally1')

/** Bytes of one number. */
const EACH = 8

/** Bytes after which the numbers are added up anew. */
const LONG = 1024 * 1024

const NO_LINK = constants.O_NOFOLLOW ?? 0

const NOTHING = { file: '', to: 0, sum: 0 } as const

/**
 * How many bytes the folder holds, kept by all its processes together: a file of numbers, the first the bytes when it was begun, each
 * other one what came or went. A number is appended in one step, so none is lost; what a kill leaves counted too high is put right by
 * the next count of the files themselves.
 */
export class Tally {
  readonly #layout: Layout
  #seen: { file: string; to: number; sum: number } = NOTHING
  #pending = 0
  #next: Promise<number | undefined> | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(layout: Layout) {
    this.#layout = layout
  }

  /**
   * Adds to it, and gives what all come to now; undefined where it is missing or wrong, so that nothing was added. What is to be added at
   * once is added as one.
   */
  add(bytes: number): Promise<number | undefined> {
    this.#pending += bytes
    this.#next ??= this.#inTurn(() => {
      const all = this.#pending
      this.#pending = 0
      this.#next = undefined
      return this.#add(all)
    })
    return this.#next
  }

  /** Begins it anew with what `count` finds; what this process adds meanwhile waits. `missing`: whoever has begun it before us is right. */
  recount(count: () => Promise<number>, which: 'missing' | 'any'): Promise<number> {
    return this.#inTurn(async () => {
      const already = which === 'missing' ? await this.#add(0) : undefined
      return already ?? this.#begin(await count(), which)
    })
  }

  /** It is no longer right: whoever needs it next counts. */
  async doubt(): Promise<void> {
    await this.#inTurn(() => rm(this.#layout.tally, { force: true }))
  }

  settled(): Promise<unknown> {
    return this.#last
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }

  async #add(bytes: number): Promise<number | undefined> {
    const flags = constants.O_RDWR | constants.O_APPEND | NO_LINK
    const file = await unlessMissing(open(this.#layout.tally, flags))
    if (file === undefined) return undefined
    try {
      // At the end, wherever that is by then. In a wrong one it does no harm.
      if (bytes !== 0) await file.write(numbers(bytes))
      const sum = await this.#read(file)
      if (sum === undefined || this.#seen.to < LONG) return sum
    } finally {
      await file.close()
    }
    return this.#begin(this.#seen.sum, 'any')
  }

  async #read(file: FileHandle): Promise<number | undefined> {
    const stats = await file.stat({ bigint: true })
    const [name, size] = [`${stats.ino}:${stats.birthtimeNs}`, Number(stats.size)]
    if (name !== this.#seen.file || size < this.#seen.to) {
      if (!MAGIC.equals(await readAt(file, 0, MAGIC.length))) return undefined
      this.#seen = { file: name, to: MAGIC.length, sum: 0 }
    }
    const { to } = this.#seen
    const tail = await readAt(file, to, size - to)
    if (tail.length % EACH !== 0 || to + tail.length === MAGIC.length) return undefined
    const view = new DataView(tail.buffer, tail.byteOffset, tail.length)
    let { sum } = this.#seen
    for (let at = 0; at < tail.length; at += EACH) sum += view.getFloat64(at, true)
    // Not a number compares as false too.
    if (!(Math.abs(sum) < Number.MAX_SAFE_INTEGER)) return undefined
    this.#seen = { file: name, to: to + tail.length, sum }
    return Math.max(0, sum)
  }

  async #begin(sum: number, which: 'missing' | 'any'): Promise<number> {
    const staged = this.#layout.staged()
    const begun = await this.#layout.within([this.#layout.desk], async () => {
      const file = await open(staged, 'wx', 0o600)
      try {
        await file.write(Buffer.concat([MAGIC, numbers(sum)]))
      } finally {
        await file.close()
      }
      return which === 'any' ? rename(staged, this.#layout.tally) : linked(staged, this.#layout.tally)
    })
    this.#seen = NOTHING
    const all = await this.#add(0)
    // A wrong one stands in the way.
    if (all === undefined && begun === false) return this.#begin(sum, 'any')
    return all ?? sum
  }
}

/** Gives a file its name, unless another has it: false. */
async function linked(staged: string, path: string): Promise<boolean> {
  try {
    await link(staged, path)
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    return false
  } finally {
    await rm(staged, { force: true })
  }
}

function numbers(bytes: number): Buffer {
  const buffer = Buffer.alloc(EACH)
  buffer.writeDoubleLE(bytes)
  return buffer
}
