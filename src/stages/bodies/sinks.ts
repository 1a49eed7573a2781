import { randomUUID } from 'node:crypto'
import { lastChunk } from '../../model/body-chunks.ts'
import { CHUNK_SIZE } from '../../model/record.ts'
import type { Store } from '../../model/store.ts'
import { chunkKey, inFile, readChunk } from './at-rest.ts'
import { type Chunk, SEAL_SIZE, SEALED_SIZE } from './chunk.ts'

/** Where the chunks of one body go. Written in order, by one writer; read at any time. */
export interface Sink {
  /** The id under which a record finds the body again; undefined where it lives only in this process. */
  readonly bodyId: string | undefined
  /** The tier that it stands in. */
  readonly tier: string | undefined
  append(chunk: Chunk, n: number): Promise<void>
  /** Rejects where the chunk is missing or is not what was written. */
  chunk(n: number): Promise<Uint8Array>
  discard(): Promise<void>
}

/** A body id is random: one writer at a time. Where one is taken for dead, and is not, what is at rest is longer than it knows. */
export const newBodyId = (): string => randomUUID().replaceAll('-', '')

/** Whether a body stands here, by its last chunk. */
export async function isAtRest(store: Store, place: { bodyId: string; size: number }): Promise<boolean> {
  try {
    await readChunk(store, place, lastChunk(place.size))
    return true
  } catch {
    // Evicted, or damaged: the one that was just written takes its place.
    return false
  }
}

/** Chunks deleted in one call: some take milliseconds each, and nobody else gets a turn meanwhile. */
const AT_ONCE = 8

/** The last ones first: a body is at rest where its last chunk is, and what is broken off can be gone on with. */
export async function removeChunks(store: Store, keys: readonly string[]): Promise<void> {
  for (let end = keys.length; end > 0; end -= AT_ONCE) await store.delete(keys.slice(Math.max(0, end - AT_ONCE), end))
}

export async function deleteBody(store: Store, { bodyId, size }: { bodyId: string; size: number }): Promise<void> {
  if (inFile(store, size)) return store.bodies?.delete([bodyId])
  const length = Math.ceil(size / CHUNK_SIZE)
  await removeChunks(
    store,
    Array.from({ length }, (_, n) => chunkKey(bodyId, n)),
  )
}

/** The body has outgrown what its place takes: no fault of the store. */
export class TooLarge extends Error {}

/** Chunks in a store: in a file where it has files and the first chunk is full, else as values. */
export class StoreSink implements Sink {
  readonly bodyId: string
  readonly tier: string
  readonly store: Store
  readonly #limit: number
  #size = 0
  /** With the chunk that was given last: what failed may have left a part of itself. */
  #given = 0

  constructor(store: Store, limit: number, bodyId: string = newBodyId()) {
    this.bodyId = bodyId
    this.store = store
    this.tier = store.name
    this.#limit = limit
  }

  async append(chunk: Chunk, n: number): Promise<void> {
    const size = this.#size + chunk.size
    if (size > this.#limit) throw new TooLarge(`the body is larger than ${this.#limit} bytes`)
    const bytes = chunk.sealed(this.bodyId, n)
    this.#given = size
    if (inFile(this.store, size)) await this.store.bodies?.append(this.bodyId, bytes)
    else await this.store.set(chunkKey(this.bodyId, n), bytes)
    this.#size = size
  }

  chunk(n: number): Promise<Uint8Array> {
    return readChunk(this.store, { bodyId: this.bodyId, size: this.#size }, n)
  }

  /** But for a body that somebody has gone on with, who took this process for dead: it is theirs by now, and may be a version. */
  async discard(): Promise<void> {
    if (inFile(this.store, this.#size) && ((await this.store.bodies?.size(this.bodyId)) ?? 0) > this.#sizeInFile) return
    return deleteBody(this.store, { bodyId: this.bodyId, size: Math.max(this.#size, this.#given) })
  }

  /**
   * Takes over what a writer left that is gone: the number of its whole chunks, each of which is checked as it is read. 'torn': behind them
   * stands what is no whole chunk, and a file can only grow.
   */
  async takeOver(): Promise<{ chunks: number; end: 'clean' | 'torn' }> {
    const size = await this.store.bodies?.size(this.bodyId)
    const chunks = size === undefined ? await this.#countChunks() : Math.floor(size / SEALED_SIZE)
    this.#size = chunks * CHUNK_SIZE
    return { chunks, end: size === undefined || size === chunks * SEALED_SIZE ? 'clean' : 'torn' }
  }

  /** Under keys a chunk that is not whole is in nobody's way: it is written over. */
  async #countChunks(): Promise<number> {
    let chunks = 0
    while ((await this.store.get(chunkKey(this.bodyId, chunks)))?.length === SEALED_SIZE) chunks++
    return chunks
  }

  get #sizeInFile(): number {
    return this.#size + Math.ceil(this.#size / CHUNK_SIZE) * SEAL_SIZE
  }

  /**
   * False where the file is not as long as what was written: a store that lied, or somebody else who wrote too, taken for dead, and was
   * not. One that cannot say has no better claim to the body.
   */
  async stands(): Promise<boolean> {
    if (!inFile(this.store, this.#size)) return true
    try {
      return (await this.store.bodies?.size(this.bodyId)) === this.#sizeInFile
    } catch {
      // The guard has told of it.
      return false
    }
  }
}
