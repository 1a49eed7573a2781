import { hash } from 'node:crypto'
import { CHUNK_SIZE } from '../../model/record.ts'
import { Gathered } from './gathered.ts'

/** Bytes of a SHA-256. */
export const DIGEST_SIZE: number = 32

/** The SHA-256 of a chunk, and of its place in one: the seal of a chunk that stands in another one's place is as wrong as that of a flipped bit. */
export function sealOf(chunk: Uint8Array, bodyId: string, n: number): Buffer {
  const seal = hash('sha256', chunk, 'buffer')
  const place = hash('sha256', `${bodyId}:${n}`, 'buffer')
  for (let at = 0; at < DIGEST_SIZE; at++) seal[at] = (seal[at] ?? 0) ^ (place[at] ?? 0)
  return seal
}

/** A chunk as it stands at rest takes this much of a file. */
export const SEALED_SIZE: number = CHUNK_SIZE + DIGEST_SIZE

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
    const bytes = this.room?.subarray(0, size + DIGEST_SIZE) ?? this.#joined(size)
    bytes.set(sealOf(bytes.subarray(0, size), bodyId, n), size)
    return bytes
  }

  #joined(size: number): Uint8Array {
    const bytes = new Uint8Array(size + DIGEST_SIZE)
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
