import { constants } from 'node:fs'
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises'
import { readAt } from '../positions.ts'
import { isDone, unlessMissing } from './faults.ts'
import type { Layout } from './layout.ts'

const MAGIC = Buffer.from('hftally1')

/** Two numbers: since when, and bytes. */
const RECORD = 16

/** In the place of "since when": these bytes came, or went. Else all that there was at that place of this file. */
const CHANGE = -1

/** Bytes after which the numbers are added up anew. */
const LONG = 1024 * 1024

const NO_LINK = constants.O_NOFOLLOW ?? 0

interface Seen {
  readonly file: string
  readonly to: number
  readonly sum: number
}

const NOTHING: Seen = { file: '', to: 0, sum: 0 }

/**
 * How many bytes the folder holds, kept by all its processes together: a file of what came and went. A record is appended in one step, so
 * none is lost. What a kill leaves counted too high is put right by the next count of the files themselves: it is appended too, and says
 * up to which place of this file it knows, so what others append meanwhile is added to it.
 */
export class Tally {
  readonly #layout: Layout
  #seen = NOTHING
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

  /** Puts it right by what `count` finds; what this process adds meanwhile waits, and what others take meanwhile is added. */
  recount(count: () => Promise<number>): Promise<number> {
    return this.#inTurn(async () => {
      const before = await this.#inFile(async (file) => ((await this.#read(file)) === undefined ? undefined : this.#seen))
      const counted = await count()
      const sum = before && (await this.#inFile((file) => this.#correct(file, before, counted)))
      return sum ?? this.#begin(counted, 'missing')
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
    const sum = await this.#inFile(async (file) => {
      // At the end, wherever that is by then. In a wrong one it does no harm.
      if (bytes !== 0) await file.write(record(CHANGE, bytes))
      return this.#read(file)
    })
    return sum === undefined || this.#seen.to < LONG ? sum : this.#begin(sum, 'any')
  }

  async #inFile<T>(work: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
    const file = await unlessMissing(open(this.#layout.tally, constants.O_RDWR | constants.O_APPEND | NO_LINK))
    try {
      return file && (await work(file))
    } finally {
      await file?.close()
    }
  }

  /** Whatever went since: it may be missing in the count already. */
  async #correct(file: FileHandle, before: Seen, counted: number): Promise<number | undefined> {
    if ((await this.#read(file)) === undefined) return undefined
    const { file: name, to } = this.#seen
    const came = name === before.file ? (await changes(file, before.to, to)).filter((bytes) => bytes > 0) : []
    await file.write(record(to, counted + total(came)))
    return this.#read(file)
  }

  async #read(file: FileHandle): Promise<number | undefined> {
    const stats = await file.stat({ bigint: true })
    const [name, size] = [`${stats.ino}:${stats.birthtimeNs}`, Number(stats.size)]
    if (name !== this.#seen.file || size < this.#seen.to) {
      if (!MAGIC.equals(await readAt(file, 0, MAGIC.length))) return undefined
      this.#seen = { file: name, to: MAGIC.length, sum: 0 }
    }
    let { to, sum } = this.#seen
    for (const { since, bytes } of await records(file, to, size)) {
      sum = since === CHANGE ? sum + bytes : bytes + total(await changes(file, since, to))
      to += RECORD
    }
    // Not a number compares as false too. Cut off, or begun and not finished.
    if (!(Math.abs(sum) < Number.MAX_SAFE_INTEGER) || to !== size || to === MAGIC.length) return undefined
    this.#seen = { file: name, to, sum }
    return Math.max(0, sum)
  }

  async #begin(sum: number, which: 'missing' | 'any'): Promise<number> {
    const staged = this.#layout.staged()
    const begun = await this.#layout.within([this.#layout.desk], async () => {
      const file = await open(staged, 'wx', 0o600)
      try {
        await file.write(Buffer.concat([MAGIC, record(MAGIC.length, sum)]))
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
    return await isDone(link(staged, path), 'EEXIST')
  } finally {
    await rm(staged, { force: true })
  }
}

function record(since: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(RECORD)
  buffer.writeDoubleLE(since)
  buffer.writeDoubleLE(bytes, RECORD / 2)
  return buffer
}

async function records(file: FileHandle, from: number, to: number): Promise<{ since: number; bytes: number }[]> {
  const { buffer, byteOffset, length } = await readAt(file, from, Math.max(0, to - from))
  const view = new DataView(buffer, byteOffset, length)
  return Array.from({ length: Math.floor(length / RECORD) }, (_, n) => ({
    since: view.getFloat64(n * RECORD, true),
    bytes: view.getFloat64(n * RECORD + RECORD / 2, true),
  }))
}

/** What came and went between two places. From a place that is none of this file it is no number. */
async function changes(file: FileHandle, from: number, to: number): Promise<number[]> {
  if (!(from >= MAGIC.length && from <= to && (from - MAGIC.length) % RECORD === 0)) return [Number.NaN]
  return (await records(file, from, to)).flatMap(({ since, bytes }) => (since === CHANGE ? [bytes] : []))
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
