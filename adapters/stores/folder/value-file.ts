import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { asBuffer } from '../../../src/model/as-buffer.ts'
import { crc32 } from '../crc.ts'
import { readAt } from '../positions.ts'
import { unlessNoFile } from './faults.ts'

/** The last byte is the number of the format. */
const MAGIC = Buffer.from('hfv1')

/** Magic, CRC-32 of all that follows it, expires (float, infinite for never), bytes of the value (float), bytes of the key. */
const FIXED = 28
const AT = { sum: 4, expires: 8, length: 16, keyLength: 24 } as const

/** Bytes of a key that is read where its file alone tells it: more than any key of ours has. */
const LONGEST_KEY = 1024 * 1024

/** No link is followed, and a pipe that was put there does not hold us up. Windows has neither flag. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

export interface Whole {
  readonly state: 'whole'
  readonly value: Uint8Array
  /** Epoch milliseconds; infinite for never. */
  readonly expires: number
}

export interface Damaged {
  readonly state: 'damaged'
  /** Which file it was: another may stand there by now. */
  readonly file: bigint
  readonly bytes: number
}

/** `foreign`: nothing of ours, or of a later format; nobody deletes it. */
export type Found = Whole | Damaged | { readonly state: 'foreign' }

const FOREIGN = { state: 'foreign' } as const

/** A key as its file holds it. */
function named(key: string): Buffer {
  return Buffer.from(JSON.stringify(key))
}

/** Bytes of the value in a file of so many, for a key. */
export function valueBytes(key: string, fileBytes: number): number {
  return Math.max(0, fileBytes - FIXED - named(key).length)
}

/** The whole file of a value; it is a copy of the value, too. */
export function valueFile({ key, value, expires }: { key: string; value: Uint8Array; expires: number }): Buffer {
  const name = named(key)
  const bytes = Buffer.allocUnsafeSlow(FIXED + name.length + value.length)
  MAGIC.copy(bytes)
  bytes.writeDoubleLE(expires, AT.expires)
  bytes.writeDoubleLE(value.length, AT.length)
  bytes.writeUInt32LE(name.length, AT.keyLength)
  name.copy(bytes, FIXED)
  bytes.set(value, FIXED + name.length)
  bytes.writeUInt32LE(crc32(bytes.subarray(AT.expires)), AT.sum)
  return bytes
}

/** Reads the file of a key. Undefined where there is none. Rejects where it is there and cannot be read. */
export async function readValueFile(path: string, key: string): Promise<Found | undefined> {
  return opened(path, async (file) => {
    const stats = await file.stat({ bigint: true })
    return stats.isFile() ? readWhole(file, key, { size: Number(stats.size), file: stats.ino }) : FOREIGN
  })
}

/** The key that a file says it holds, and until when; undefined where it is none of ours. */
export async function readHead(path: string): Promise<{ key: string; expires: number } | undefined> {
  return opened(path, async (file) => {
    const head = asBuffer((await file.stat()).isFile() ? await readAt(file, 0, FIXED) : new Uint8Array(0))
    if (head.length < FIXED || !isOurs(head)) return undefined
    const name = await readAt(file, FIXED, Math.min(LONGEST_KEY, head.readUInt32LE(AT.keyLength)))
    const key = parsed(asBuffer(name).toString())
    return key === undefined ? undefined : { key, expires: head.readDoubleLE(AT.expires) }
  })
}

async function opened<T>(path: string, read: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
  const file = await unlessNoFile(open(path, READ))
  try {
    return file && (await read(file))
  } finally {
    await file?.close()
  }
}

async function readWhole(handle: FileHandle, key: string, { size, file }: { size: number; file: bigint }): Promise<Found> {
  const name = named(key)
  const damaged = { state: 'damaged', file, bytes: size } as const
  const head = asBuffer(await readAt(handle, 0, FIXED + name.length))
  if (!isOurs(head)) return FOREIGN
  // Before memory is taken for the value: what stands there may be as large as it likes.
  const length = size - FIXED - name.length
  if (length < 0 || head.length < FIXED + name.length || head.readDoubleLE(AT.length) !== length) return damaged
  if (head.readUInt32LE(AT.keyLength) !== name.length || !head.subarray(FIXED).equals(name)) return damaged
  const value = await readAt(handle, head.length, length)
  if (value.length !== length || crc32(value, crc32(head.subarray(AT.expires))) !== head.readUInt32LE(AT.sum)) return damaged
  return { state: 'whole', value, expires: head.readDoubleLE(AT.expires) }
}

/** Also where it was cut off, or emptied. */
function isOurs(head: Buffer): boolean {
  return head.subarray(0, MAGIC.length).equals(MAGIC.subarray(0, head.length))
}

function parsed(text: string): string | undefined {
  try {
    const key: unknown = JSON.parse(text)
    return typeof key === 'string' ? key : undefined
  } catch {
    return undefined
  }
}
