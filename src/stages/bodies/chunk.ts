import { createCipheriv, createSecretKey, hash } from 'node:crypto'
import { CHUNK_SIZE } from '../../model/record.ts'
import { Gathered } from './gathered.ts'

/** Bytes of a seal. */
export const SEAL_SIZE: number = 16

const NONCE = new Uint8Array(12)

/**
 * What shows that a chunk is the one that was written, and in its place: an authentication code (GMAC, NIST SP 800-38D) whose key is the place.
 * It takes a ninth of the time of a SHA-256, and is as little of a secret: the digest of the whole is what a version is known by, and who can
 * write to the store is kept out by `sealed()`.
 */
export function sealOf(chunk: Uint8Array, bodyId: string, n: number): Buffer {
  const place = hash('sha256', `${bodyId}:${n}`, 'buffer').subarray(0, SEAL_SIZE)
  // Of bytes Node first finds out that they are no key object, which takes it as long as all the rest.
  const code = createCipheriv('aes-128-gcm', createSecretKey(place), NONCE)
  code.setAAD(chunk)
  code.final()
  return code.getAuthTag()
}

/** A chunk as it stands at rest takes this much of a file. */
export const SEALED_SIZE: number = CHUNK_SIZE + SEAL_SIZE

/**
 * A chunk on its way to rest. With a room it is put together there as it comes, and its seal written behind it: the network's own buffers
 * are free at once, and nothing is copied twice. Without one it stays in the pieces that it came in.
 */
export class Chunk {
  /** To be written over by another chunk, when this one is at rest; of {@link SEALED_SIZE}. */
  readonly room: Uint8Array | undefined
  readonly #pieces = new Gathered()
  #filled = 0

  constructor(room?: Uint8Array) {
    this.room = room
  }

  static of(bytes: Uint8Array): Chunk {
    const chunk = new Chunk()
    chunk.add(bytes)
    return chunk
  }

  get size(): number {
    return this.#filled + this.#pieces.size
  }

  get isFull(): boolean {
    return this.size >= CHUNK_SIZE
  }

  /** Takes what it has room for, and gives the rest back. */
  add(piece: Uint8Array): Uint8Array {
    const taken = piece.subarray(0, CHUNK_SIZE - this.size)
    if (this.room === undefined) this.#pieces.add(taken)
    else {
      this.room.set(taken, this.#filled)
      this.#filled += taken.length
    }
    return piece.subarray(taken.length)
  }

  /** All of it, in one or more. */
  pieces(): readonly Uint8Array[] {
    return this.room === undefined ? this.#pieces.pieces : [this.room.subarray(0, this.#filled)]
  }

  /** A copy of some of the bytes from an offset on: what is in a room is written over one day. */
  copied(from: number, most: number): Uint8Array {
    const found = this.room === undefined ? this.#pieces.from(from) : this.room.subarray(from, this.#filled)
    return new Uint8Array(found.subarray(0, most))
  }

  /** The chunk with its seal behind it, for its place in that body. */
  sealed(bodyId: string, n: number): Uint8Array {
    const { size } = this
    const bytes = this.room?.subarray(0, size + SEAL_SIZE) ?? this.#joined(size)
    bytes.set(sealOf(bytes.subarray(0, size), bodyId, n), size)
    return bytes
  }

  #joined(size: number): Uint8Array {
    const bytes = new Uint8Array(size + SEAL_SIZE)
    let at = 0
    for (const piece of this.#pieces.pieces) {
      bytes.set(piece, at)
      at += piece.length
    }
    return bytes
  }
}

/** The rooms of one writer: while one is on its way to rest and the next waits, a third one fills. New memory for each costs as much as a seal. */
export class ChunkRooms {
  #free: Uint8Array[] | undefined = []

  take(): Uint8Array {
    return this.#free?.pop() ?? new Uint8Array(Buffer.allocUnsafeSlow(SEALED_SIZE).buffer)
  }

  /** Only when nobody reads from it any more: a store that was given up may still do so. */
  giveBack({ room }: Chunk): void {
    if (room !== undefined) this.#free?.push(room)
  }

  /** The body is over: nothing more is put together. */
  close(): void {
    this.#free = undefined
  }
}
