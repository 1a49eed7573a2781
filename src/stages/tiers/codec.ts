import { asBuffer } from '../../model/as-buffer.ts'
import type { EntryRecord, MarkRecord, UseRecord, VersionRecord } from '../../model/record.ts'
import { sha256 } from '../../policy/cache-key.ts'
import type { Shape } from '../../policy/record-shape.ts'

/** Format 1 of a record: this word, the length of the JSON, the CRC-32 of all that follows, the JSON, the inline body. */
const MAGIC = 0x68310001
const HEAD = 12

type Kept = EntryRecord | MarkRecord | UseRecord | VersionRecord

/** Asked for at the first record, since node:zlib is a tenth of what an import of ours would cost. */
const crc32 = (bytes: Uint8Array): number => process.getBuiltinModule('node:zlib').crc32(bytes)

/** A record as a store keeps it; `along` goes behind it where it has no body. */
export function encode(record: Kept, along?: Uint8Array): Uint8Array {
  const body = 'body' in record ? record.body : undefined
  const behind = body ?? along
  const json = Buffer.from(JSON.stringify(body === undefined ? record : { ...record, body: undefined, inline: true }))
  const bytes = Buffer.allocUnsafe(HEAD + json.length + (behind?.length ?? 0))
  bytes.writeUInt32BE(MAGIC, 0)
  bytes.writeUInt32BE(json.length, 4)
  json.copy(bytes, HEAD)
  if (behind !== undefined) bytes.set(behind, HEAD + json.length)
  bytes.writeUInt32BE(crc32(bytes.subarray(HEAD)), 8)
  return bytes
}

/** The SHA-256 of a key, where the store's listing says no more. */
export interface OfHash {
  readonly hash: string
}

const speaksOf = (named: unknown, key: string | OfHash): boolean =>
  typeof key === 'string' ? named === key : typeof named === 'string' && sha256(named) === key.hash

export type Decoded<T> =
  | { readonly name: 'record'; readonly record: T }
  | { readonly name: 'foreign' }
  | { readonly name: 'damaged'; readonly why: string }

/**
 * A record out of a store. Another format is 'foreign', a miss that nobody deletes; what is damaged, or speaks of another key
 * (a planted record, a collision, a mixed-up file), or is no record of this kind, is 'damaged'.
 */
export function decode<T extends Kept>(bytes: Uint8Array, key: string | OfHash, isOfKind: Shape<T>): Decoded<T> {
  const view = asBuffer(bytes)
  if (view.length < HEAD) return { name: 'damaged', why: 'it is shorter than the head of a record' }
  if (view.readUInt32BE(0) !== MAGIC) return { name: 'foreign' }
  if (view.readUInt32BE(8) !== crc32(view.subarray(HEAD)))
    return { name: 'damaged', why: 'its checksum is not that of its bytes' }
  return opened(view, key, isOfKind)
}

/** The same of bytes inside a record whose checksum was compared. */
export function opened<T extends Kept>(bytes: Uint8Array, key: string | OfHash, isOfKind: Shape<T>): Decoded<T> {
  const view = asBuffer(bytes)
  if (view.length < HEAD || view.readUInt32BE(0) !== MAGIC) return { name: 'foreign' }
  const length = view.readUInt32BE(4)
  if (length > view.length - HEAD) return { name: 'damaged', why: 'it is shorter than it says' }
  const record = parsed(view, HEAD + length)
  if (record === undefined) return { name: 'damaged', why: 'its text is not JSON' }
  if (typeof record !== 'object' || record === null || !speaksOf((record as { key?: unknown }).key, key))
    return { name: 'damaged', why: 'it is the record of another key' }
  return isOfKind(record) ? { name: 'record', record } : { name: 'damaged', why: 'it is no record of its kind' }
}

/** What went along behind a record that was decoded. */
export function alongside(bytes: Uint8Array): Uint8Array | undefined {
  const view = asBuffer(bytes)
  const end = HEAD + view.readUInt32BE(4)
  return end < view.length ? view.subarray(end) : undefined
}

/** The JSON, with the inline body that stands behind it; undefined where it is none. */
function parsed(view: Buffer, end: number): unknown {
  let record: unknown
  try {
    record = JSON.parse(view.toString('utf8', HEAD, end))
  } catch {
    return undefined
  }
  if (typeof record !== 'object' || record === null || !('inline' in record)) return record
  // Not by a copy without the word: that would take as long as half of the parsing.
  return record.inline === true ? Object.assign(record, { inline: undefined, body: view.subarray(end) }) : record
}
