import { close, open, read, statfs, unlink, write } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CHUNK_SIZE } from '../../model/record.ts'
import type { Chunk } from './chunk.ts'
import { newBodyId, type Sink, TooLarge } from './sinks.ts'

const openFile = promisify(open)
const unlinkFile = promisify(unlink)
const writeFile = promisify(write)
const readFile = promisify(read)
const closeFile = promisify(close)
const fileSystem = promisify(statfs)

/**
 * A body that no tier takes: a file that is unlinked as soon as it is open, readable by this user only, gone with its last reader.
 * Not even a killed process leaves anything behind.
 */
export class SpoolSink implements Sink {
  readonly bodyId: undefined
  readonly tier: undefined
  /** Bytes that stand there. */
  size = 0
  #file: Promise<number> | undefined
  #limit: Promise<number> | undefined

  async append(chunk: Chunk, n: number): Promise<void> {
    this.#limit ??= halfOfWhatIsFree()
    const limit = await this.#limit
    if (this.size + chunk.size > limit) throw new TooLarge(`a body of more than ${limit} bytes would fill the disk`)
    this.#file ??= unlinkedFile()
    const file = await this.#file
    let at = n * CHUNK_SIZE
    for (const piece of chunk.pieces()) {
      for (let done = 0; done < piece.length; ) {
        const { bytesWritten } = await writeFile(file, piece, done, piece.length - done, at + done)
        done += bytesWritten
      }
      at += piece.length
    }
    this.size += chunk.size
  }

  async chunk(n: number): Promise<Uint8Array> {
    if (this.#file === undefined) throw new Error('the spooled body is gone')
    const file = await this.#file
    const chunk = new Uint8Array(Math.min(CHUNK_SIZE, this.size - n * CHUNK_SIZE))
    for (let done = 0; done < chunk.length; ) {
      const { bytesRead } = await readFile(file, chunk, done, chunk.length - done, n * CHUNK_SIZE + done)
      if (bytesRead === 0) throw new Error('the spooled body is shorter than what was written')
      done += bytesRead
    }
    return chunk
  }

  async discard(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    if (file !== undefined) await closeFile(await file)
  }
}

/** A body without an end, or a hostile one, must not take the disk from everybody else. */
async function halfOfWhatIsFree(): Promise<number> {
  const { bavail, bsize } = await fileSystem(tmpdir())
  return (bavail * bsize) / 2
}

async function unlinkedFile(): Promise<number> {
  const path = join(tmpdir(), `holdfast-${newBodyId()}`)
  const file = await openFile(path, 'wx+', 0o600)
  await unlinkFile(path)
  return file
}

/** The last resort when neither a tier nor the disk takes a body: memory, up to a limit. */
export class MemorySink implements Sink {
  readonly bodyId: undefined
  readonly tier: undefined
  readonly #chunks: Uint8Array[] = []
  readonly #limit: number
  #size = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  async append(chunk: Chunk, n: number): Promise<void> {
    this.#size += chunk.size
    if (this.#size > this.#limit)
      throw new Error(`no tier and no disk took the body, and it is larger than the ${this.#limit} bytes that memory may hold`)
    this.#chunks[n] = Buffer.concat(chunk.pieces())
  }

  async chunk(n: number): Promise<Uint8Array> {
    const chunk = this.#chunks[n]
    if (chunk === undefined) throw new Error('a chunk of the body is missing')
    return chunk
  }

  async discard(): Promise<void> {
    this.#chunks.length = 0
  }
}
