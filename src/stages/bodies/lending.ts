import type { Loan } from '../../model/rooms.ts'
import { SEALED_SIZE } from './chunk.ts'
import { once } from './readers.ts'

/** Chunks in hand: the one that is read, and the next. */
const MOST = 2

/** Reads a chunk; where it can, into the room. */
export type ReadInto = (n: number, room: Uint8Array | undefined) => Promise<Uint8Array>

interface Kept {
  readonly n: number
  readonly reading: Promise<Uint8Array>
  /** The memory that it was read into, once it is proved that nothing else was; undefined: it is not to be used again. */
  room: Uint8Array | undefined
  loans: number
  isDropped: boolean
}

/**
 * The chunks of one body for those who read it from its beginning to its end: each is read and proved once for all who read side by side,
 * the next one while they copy out of this one, and into memory that another one had: new memory costs as much as the proof.
 */
export class Lending {
  readonly #read: ReadInto
  readonly #chunks: number
  #kept: Kept[] = []
  #spare: Uint8Array | undefined
  /** Whether what is read was in the room that was given. */
  #takesRooms = true
  #last = -1
  #isRead = false

  constructor(chunks: number, read: ReadInto) {
    this.#chunks = chunks
    this.#read = read
  }

  async lend(n: number): Promise<Loan> {
    this.#isRead = true
    const kept = this.#kept.find((each) => each.n === n) ?? this.#begin(n)
    kept.loans++
    try {
      const bytes = await kept.reading
      // Who has read two in a row will read the third.
      if (n > 0 && n - this.#last === 1) this.#ahead(n + 1)
      this.#last = n
      return { bytes, end: once(() => this.#end(kept)) }
    } catch (error) {
      // Who asks again has it read again.
      this.#kept = this.#kept.filter((each) => each !== kept)
      throw error
    }
  }

  /** Nobody reads any more. */
  drop(): void {
    this.#isRead = false
    for (const kept of this.#kept.splice(0)) kept.isDropped = true
    this.#spare = undefined
    this.#last = -1
  }

  #ahead(n: number): void {
    if (n < this.#chunks && !this.#kept.some((each) => each.n === n)) this.#begin(n)
  }

  #begin(n: number): Kept {
    if (this.#kept.length === MOST) this.#let(this.#kept.shift())
    const room = this.#room()
    const kept: Kept = { n, room: undefined, reading: this.#read(n, room), loans: 0, isDropped: false }
    // Who asks for it sees its failure. Into a room of which a failed read may know something may still be written.
    kept.reading.then(
      (bytes) => this.#arrived(kept, { room, bytes }),
      () => undefined,
    )
    this.#kept.push(kept)
    return kept
  }

  #room(): Uint8Array | undefined {
    const spare = this.#spare
    this.#spare = undefined
    if (spare !== undefined || !this.#takesRooms) return spare
    return new Uint8Array(Buffer.allocUnsafeSlow(SEALED_SIZE).buffer)
  }

  #arrived(kept: Kept, { room, bytes }: { room: Uint8Array | undefined; bytes: Uint8Array }): void {
    if (room === undefined) return
    if (bytes.buffer === room.buffer) kept.room = room
    else this.#takesRooms = false
    this.#free(kept)
  }

  #let(kept: Kept | undefined): void {
    if (kept === undefined) return
    kept.isDropped = true
    this.#free(kept)
  }

  #end(kept: Kept): void {
    kept.loans--
    this.#free(kept)
  }

  #free(kept: Kept): void {
    if (!kept.isDropped || kept.loans > 0 || kept.room === undefined) return
    if (this.#isRead) this.#spare = kept.room
    kept.room = undefined
  }
}
