import { randomUUID } from 'node:crypto'
import { HoldfastError } from '../../model/errors.ts'
import { CHUNK_SIZE } from '../../model/record.ts'
import type { Store } from '../../model/store.ts'
import { type Chunk, SEAL_SIZE, SEALED_SIZE, sealOf } from './chunk.ts'

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

export const chunkKey = (bodyId: string, n: number): string => `h1:c:${bodyId}:${n}`

/** A body id is random: one writer ever, so no two processes append to the same body. */
export const newBodyId = (): string => randomUUID().replaceAll('-', '')

/** What is at rest is not what was written; unlike a store that fails, it will be no better later. */
export class Damaged extends HoldfastError {
  constructor(what: string) {
    super('STORE', what)
  }
}

/** Chunk `n` inside its seal; throws unless it is the one that was written there. */
function unsealed(bytes: Uint8Array | undefined, { bodyId, size }: Place, n: number): Uint8Array {
  if (bytes === undefined) throw new Damaged('a chunk of the body is missing')
  const length = lengthOf(size, n)
  if (bytes.length !== length + SEAL_SIZE) throw new Damaged('a chunk of the body has another length')
  const chunk = bytes.subarray(0, length)
  if (sealOf(chunk, bodyId, n).compare(bytes, length) !== 0) throw new Damaged('a chunk of the body is damaged')
  return chunk
}

const lengthOf = (size: number, n: number): number => Math.min(CHUNK_SIZE, size - n * CHUNK_SIZE)

export const inFile = (store: Store, size: number): boolean => store.bodies !== undefined && size >= CHUNK_SIZE

interface Place {
  readonly bodyId: string
  readonly size: number
  /** Where it may be put. */
  readonly room?: Uint8Array | undefined
}

/**
 * Reads chunk `n` of a body of `size` bytes: a body below one chunk stands under its key, a larger one in a file where the store has files.
 * What fails, or is wrong, is read a second time: a call that went wrong, or a bit that turned on the way, is no damage at rest.
 */
export async function readChunk(store: Store, place: Place, n: number): Promise<Uint8Array> {
  try {
    return await readOnce(store, place, n)
  } catch {
    // Not into the same room: a call that was given up may still write there.
    return readOnce(store, { ...place, room: undefined }, n)
  }
}

async function readOnce(store: Store, place: Place, n: number): Promise<Uint8Array> {
  const { bodyId, size, room } = place
  const bytes = inFile(store, size)
    ? await store.bodies?.read(bodyId, n * SEALED_SIZE, n * SEALED_SIZE + lengthOf(size, n) + SEAL_SIZE, room)
    : await store.get(chunkKey(bodyId, n))
  return unsealed(bytes, place, n)
}

/** Bytes of a body that is read at once: proving more takes so long that others are to be let pass. */
const AT_A_GLANCE = 256 * 1024

/** All of a small body without a promise; undefined where the store has none, and where what stands there is not what was written. */
export function glanceAt(store: Store, place: Place): Uint8Array | undefined {
  const [bytes] = place.size > AT_A_GLANCE ? [] : (store.glance?.([chunkKey(place.bodyId, 0)]) ?? [])
  try {
    return bytes && unsealed(bytes, place, 0)
  } catch {
    // Read once more, where damage is judged.
    return undefined
  }
}

/** Whether a body stands here, by its last chunk. */
export async function isAtRest(store: Store, place: { bodyId: string; size: number }): Promise<boolean> {
  try {
    await readChunk(store, place, Math.max(0, Math.ceil(place.size / CHUNK_SIZE) - 1))
    return true
  } catch {
    // Evicted, or damaged: the one that was just written takes its place.
    return false
  }
}

/** Chunks deleted in one call: some take milliseconds each, and nobody else gets a turn meanwhile. */
const AT_ONCE = 8

/** The last ones first: a body is at rest where its last chunk is, and what is broken off can be gone on with. */
export async function removeChunks(store: Store, bodyId: string, chunks: number): Promise<void> {
  for (let end = chunks; end > 0; end -= AT_ONCE) {
    const first = Math.max(0, end - AT_ONCE)
    await store.delete(Array.from({ length: end - first }, (_, n) => chunkKey(bodyId, first + n)))
  }
}

export async function deleteBody(store: Store, { bodyId, size }: { bodyId: string; size: number }): Promise<void> {
  if (inFile(store, size)) return store.bodies?.delete([bodyId])
  const chunks = Math.ceil(size / CHUNK_SIZE)
  await removeChunks(store, bodyId, chunks)
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
    if (inFile(this.store, size)) await this.store.bodies?.append(this.bodyId, bytes)
    else await this.store.set(chunkKey(this.bodyId, n), bytes)
    this.#size = size
  }

  chunk(n: number): Promise<Uint8Array> {
    return readChunk(this.store, { bodyId: this.bodyId, size: this.#size }, n)
  }

  discard(): Promise<void> {
    return deleteBody(this.store, { bodyId: this.bodyId, size: this.#size })
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

  /**
   * False where the file is not as long as what was written: a store that lied, or somebody else who wrote too, taken for dead, and was
   * not. One that cannot say has no better claim to the body.
   */
  async stands(): Promise<boolean> {
    if (!inFile(this.store, this.#size)) return true
    const expected = this.#size + Math.ceil(this.#size / CHUNK_SIZE) * SEAL_SIZE
    try {
      return (await this.store.bodies?.size(this.bodyId)) === expected
    } catch {
      // The guard has told of it.
      return false
    }
  }
}
