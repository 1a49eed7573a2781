import { HoldfastError } from '../../model/errors.ts'
import { CHUNK_SIZE } from '../../model/record.ts'
import type { Store } from '../../model/store.ts'
import { SEAL_SIZE, SEALED_SIZE, sealOf } from './chunk.ts'

export const chunkKey = (bodyId: string, n: number): string => `h1:c:${bodyId}:${n}`

/** What is at rest is not what was written; unlike a store that fails, it will be no better later. */
export class Damaged extends HoldfastError {
  constructor(what: string) {
    super('STORE', what)
  }
}

/** What whoever reads a body is told where it cannot be had: it says nothing of what its bytes are. */
export function unread(error: unknown): HoldfastError {
  return error instanceof HoldfastError ? error : new HoldfastError('STORE', (error as Error).message, { cause: error })
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
