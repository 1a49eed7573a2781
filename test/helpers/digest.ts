import { createCipheriv, createHash } from 'node:crypto'

/** Bytes that can be read at any place without all of them being in memory. A Uint8Array is one. */
export interface ByteSource {
  readonly length: number
  slice(start: number, end: number): Uint8Array
}

const PIECE = 1024 * 1024
const BLOCK = 16
const DEFAULT_SEED = 'holdfast'

/** The SHA-256 of the bytes (or of the text in UTF-8), in hex. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The SHA-256 of a source, in hex, read a mebibyte at a time. */
export function sha256OfSource(source: ByteSource): string {
  const hash = createHash('sha256')
  for (let start = 0; start < source.length; start += PIECE) {
    hash.update(source.slice(start, Math.min(start + PIECE, source.length)))
  }
  return hash.digest('hex')
}

/** Bytes that look random (no compressor shortens them) and are the same for the same seed on every machine. */
export function pseudoRandom(size: number, seed: string = DEFAULT_SEED): Buffer {
  return keystream(keyOf(seed), 0, size)
}

/** The bytes of `pseudoRandom(size, seed)` without holding them: for bodies larger than a test should keep in memory. */
export function pseudoRandomSource(size: number, seed: string = DEFAULT_SEED): ByteSource {
  const key = keyOf(seed)
  return { length: size, slice: (start, end) => keystream(key, start, Math.min(end, size)) }
}

function keyOf(seed: string): Buffer {
  return createHash('sha256').update(seed).digest().subarray(0, BLOCK)
}

// AES in counter mode: over a gigabyte a second, and the counter gives any offset without making what lies before it.
function keystream(key: Buffer, start: number, end: number): Buffer {
  const counter = Buffer.alloc(BLOCK)
  counter.writeBigUInt64BE(BigInt(Math.floor(start / BLOCK)), BLOCK / 2)
  const lead = start % BLOCK
  const zeros = Buffer.alloc(lead + Math.max(end - start, 0))
  return createCipheriv('aes-128-ctr', key, counter).update(zeros).subarray(lead)
}
