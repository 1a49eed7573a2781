import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'

export type Coding = 'gzip' | 'deflate' | 'br' | 'zstd'

/** Damage done to coded bytes, in the order of these fields. */
export interface Damage {
  /** So many gzip members instead of one; the text is shared out among them. Not damage, but often taken for the end. */
  multi?: number
  /** A wrong checksum in the trailer of gzip (the Adler checksum of deflate). */
  corruptCrc?: boolean
  /** A wrong length in the trailer of gzip. */
  wrongSize?: boolean
  /** One wrong bit in the coded byte at this place; from the end when negative. A few places are padding and hurt nobody. */
  flip?: number
  /** Keep so many coded bytes, or, when negative, drop so many from the end, or keep a share. */
  truncate?: number | `${number}%`
  /** So many bytes of rubbish behind the end. */
  trail?: number
}

const CODERS: Readonly<Record<Coding, (bytes: Uint8Array) => Buffer>> = {
  gzip: (bytes) => gzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  br: (bytes) => brotliCompressSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes),
}

const GZIP_TRAILER = 8
const ADLER = 4

/** The bytes under these codings, applied from left to right, as Content-Encoding lists them. */
export function encode(bytes: Uint8Array, codings: readonly Coding[], damage: Damage = {}): Buffer {
  const [first, ...further] = codings
  if (first === undefined) return damaged(Buffer.from(bytes), 'gzip', damage)
  const once = further.length === 0 ? damage : {}
  const coded = damaged(first === 'gzip' ? members(bytes, once.multi ?? 1) : CODERS[first](bytes), first, once)
  return further.length === 0 ? coded : encode(coded, further, damage)
}

function members(bytes: Uint8Array, count: number): Buffer {
  const share = Math.ceil(bytes.length / count)
  return Buffer.concat(Array.from({ length: count }, (_, nth) => gzipSync(bytes.subarray(nth * share, (nth + 1) * share))))
}

function damaged(coded: Buffer, coding: Coding, damage: Damage): Buffer {
  const checksum = coding === 'deflate' ? coded.length - ADLER : coded.length - GZIP_TRAILER
  if (damage.corruptCrc) flipBit(coded, checksum)
  if (damage.wrongSize) flipBit(coded, coded.length - GZIP_TRAILER / 2)
  if (damage.flip !== undefined) flipBit(coded, damage.flip < 0 ? coded.length + damage.flip : damage.flip)
  const kept = coded.subarray(0, keptOf(coded.length, damage.truncate))
  return damage.trail === undefined ? kept : Buffer.concat([kept, Buffer.alloc(damage.trail, 0x2a)])
}

function keptOf(length: number, truncate: Damage['truncate']): number {
  if (truncate === undefined) return length
  if (typeof truncate === 'string') return Math.floor((length * Number.parseFloat(truncate)) / 100)
  return truncate < 0 ? Math.max(length + truncate, 0) : truncate
}

function flipBit(bytes: Buffer, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 1
}
