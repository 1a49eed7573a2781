/** The first four bytes of a frame, and of one that holds no content (its last four bits are anything). */
const FRAME = 0xfd2fb528
const SKIPPABLE = 0x184d2a50

const RLE = 1
const RESERVED = 3

/** Bytes of a dictionary's id, by the flag that says so. */
const DICTIONARY_ID: readonly number[] = [0, 1, 2, 4]

const CHECKSUM = 4

/** Bytes of each field that is read; all else is passed by. */
const FIELDS: Readonly<Record<Field, number>> = { magic: 4, descriptor: 1, block: 3, skippable: 4 }

type Field = 'magic' | 'descriptor' | 'block' | 'skippable'

/**
 * Where the frames of a zstd body begin and end (RFC 8878 3.1), told by their lengths alone. Node tells only since 24.20 that a body
 * ends within a frame, and passes by three bytes or fewer of one that begins in 26.
 */
export class ZstdFrames {
  #field: Field | 'none' = 'magic'
  #read: number[] = []
  /** Bytes before the next field. */
  #toPass = 0
  #hasChecksum = false

  /** The next bytes of the body, each once. */
  take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && this.#field !== 'none'; ) {
      const passed = Math.min(this.#toPass, bytes.length - at)
      this.#toPass -= passed
      at += passed
      const byte = bytes[at++]
      if (byte === undefined) return
      this.#read.push(byte)
      if (this.#read.length === FIELDS[this.#field]) this.#next(this.#field)
    }
  }

  /** Whether what was taken ends where a frame does. */
  get isWhole(): boolean {
    return this.#field === 'magic' && this.#read.length === 0 && this.#toPass === 0
  }

  #next(field: Field): void {
    const value = this.#read.reduceRight((sum, byte) => sum * 256 + byte, 0)
    this.#read = []
    if (field === 'magic') this.#field = fieldBehind(value)
    else if (field === 'skippable') this.#pass(value, 'magic')
    else if (field === 'descriptor') this.#describe(value)
    else this.#block(value)
  }

  #pass(bytes: number, field: Field): void {
    this.#toPass = bytes
    this.#field = field
  }

  /** RFC 8878 3.1.1.1.1 */
  #describe(descriptor: number): void {
    const isSingleSegment = (descriptor & 0x20) !== 0
    const sizeFlag = descriptor >> 6
    const contentSize = sizeFlag === 0 ? Number(isSingleSegment) : 1 << sizeFlag
    this.#hasChecksum = (descriptor & 4) !== 0
    this.#pass(Number(!isSingleSegment) + (DICTIONARY_ID[descriptor & 3] ?? 0) + contentSize, 'block')
  }

  /** RFC 8878 3.1.1.2 */
  #block(header: number): void {
    const type = (header >> 1) & 3
    const length = type === RLE ? 1 : header >> 3
    const isLast = (header & 1) !== 0
    if (type === RESERVED) this.#field = 'none'
    else if (isLast) this.#pass(length + (this.#hasChecksum ? CHECKSUM : 0), 'magic')
    else this.#pass(length, 'block')
  }
}

function fieldBehind(magic: number): Field | 'none' {
  if (magic === FRAME) return 'descriptor'
  return magic - (magic % 16) === SKIPPABLE ? 'skippable' : 'none'
}
