import { constants } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import { unlessMissing } from './faults.ts'
import type { Layout } from './layout.ts'
import { readAt } from './value-file.ts'

const MAGIC = Buffer.from('hftally1')

/** Bytes of one number. */
const EACH = 8

/** Bytes after which the numbers are added up anew. */
const LONG = 1024 * 1024

const NO_LINK = constants.O_NOFOLLOW ?? 0

/**
 * How many bytes the folder holds, kept by all its processes together: a file of numbers, the first the bytes when it was begun, each
 * other one what came or went. A number is appended in one step, so none is lost; what a kill leaves counted too high is put right by
 * the next look at the files themselves.
 */
export class Tally {
  readonly #layout: Layout
  #seen = { file: -1n, to: 0, sum: 0 }
  #grown = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(layout: Layout) {
    this.#layout = layout
  }

  /** What all came to when it was last looked at. */
  get sum(): number {
    return this.#seen.sum
  }

  /** All that was ever seen to come, whatever went. */
  get grown(): number {
    return this.#grown
  }

  /** Adds to it, and gives what all come to now; undefined where it is missing or wrong, and must be begun anew. */
  add(bytes: number): Promise<number | undefined> {
    return this.#inTurn(() => this.#add(bytes))
  }

  /** Begins it anew. */
  begin(sum: number): Promise<void> {
    return this.#inTurn(() => this.#begin(sum))
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
      // At the end, wherever that is by then.
      if (bytes !== 0) await file.write(numbers(bytes))
      const sum = await this.#read(file)
      if (sum === undefined || this.#seen.to < LONG) return sum
    } finally {
      await file.close()
    }
    await this.#begin(this.#seen.sum)
    return this.#seen.sum
  }

  async #read(file: FileHandle): Promise<number | undefined> {
    const { ino, size } = await file.stat({ bigint: true })
    if (ino !== this.#seen.file || Number(size) < this.#seen.to) {
      const magic = await readAt(file, 0, MAGIC.length)
      if (!magic.equals(MAGIC)) return undefined
      this.#seen = { file: ino, to: MAGIC.length, sum: 0 }
    }
    const { to } = this.#seen
    const tail = await readAt(file, to, Number(size) - to)
    if (tail.length % EACH !== 0) return undefined
    let { sum } = this.#seen
    for (let at = 0; at < tail.length; at += EACH) {
      const number = tail.readDoubleLE(at)
      sum += number
      if (to + at > MAGIC.length) this.#grown += Math.max(0, number)
    }
    this.#seen = { file: ino, to: to + tail.length, sum }
    // Not a number compares as false too.
    return sum >= 0 && sum < Number.MAX_SAFE_INTEGER ? sum : undefined
  }

  async #begin(sum: number): Promise<void> {
    const staged = this.#layout.staged()
    await this.#layout.within([this.#layout.staging], async () => {
      const file = await open(staged, 'wx', 0o600)
      try {
        await file.write(Buffer.concat([MAGIC, numbers(sum)]))
      } finally {
        await file.close()
      }
      await rename(staged, this.#layout.tally)
    })
    this.#seen = { file: -1n, to: 0, sum }
  }
}

function numbers(bytes: number): Buffer {
  const buffer = Buffer.alloc(EACH)
  buffer.writeDoubleLE(bytes)
  return buffer
}
