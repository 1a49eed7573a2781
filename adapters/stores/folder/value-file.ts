import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { crc32 } from '../crc.ts'
import { codeOf } from './faults.ts'
import { escaped } from './names.ts'

/** The last byte is the number of the format. */
const MAGIC = Buffer.from('hfv1')

/** Magic, CRC-32 of all that follows it, expires (float, infinite for never), bytes of the value (float), bytes of the key. */
const FIXED = 28
const AT = { sum: 4, expires: 8, length: 16, keyLength: 24 } as const

/** No link is followed, and a pipe that was put there does not hold us up. Windows has neither flag. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Milliseconds: a file is marked as used at most so often. */
const TOUCH_EVERY = 60_000

export interface ReadValue {
  readonly state: 'whole'
  readonly value: Uint8Array
  /** Epoch milliseconds; infinite for never. */
  readonly expires: number
  readonly file: bigint
}

/** `foreign`: nothing of ours, or of a later format; nobody deletes it. */
export type Found = ReadValue | { readonly state: 'damaged'; readonly file: bigint; readonly bytes: number } | { state: 'foreign' }

/** The whole file of a value; it is a copy of the value, too. */
export function valueFile({ key, value, expires }: { key: string; value: Uint8Array; expires: number }): Buffer {
  const name = Buffer.from(escaped(key), 'latin1')
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

/**
 * Reads the file of a key. Marks it as used where `touch` says what time it is.
 *
 * Undefined where there is none. Rejects where it is there and cannot be read.
 */
export async function readValueFile(path: string, key: string, touch: number | undefined): Promise<Found | undefined> {
  const file = await openToRead(path)
  if (file === undefined || file === 'foreign') return file && { state: 'foreign' }
  try {
    const stats = await file.stat({ bigint: true })
    if (!stats.isFile()) return { state: 'foreign' }
    const found = await readWhole(file, key, { size: Number(stats.size), file: stats.ino })
    if (touch !== undefined && found.state === 'whole' && Math.abs(touch - Number(stats.mtimeMs)) >= TOUCH_EVERY)
      await markUsed(file, touch)
    return found
  } finally {
    await file.close()
  }
}

/** The key that a file says it holds, and until when; undefined where it is none of ours. */
export async function readHead(path: string): Promise<{ name: string; expires: number } | undefined> {
  const file = await openToRead(path)
  if (file === undefined || file === 'foreign') return undefined
  try {
    const stats = await file.stat()
    if (!stats.isFile()) return undefined
    const head = await readAt(file, 0, FIXED)
    if (head.length < FIXED || !isOurs(head)) return undefined
    const name = await readAt(file, FIXED, Math.min(stats.size - FIXED, head.readUInt32LE(AT.keyLength)))
    return { name: name.toString('latin1'), expires: head.readDoubleLE(AT.expires) }
  } finally {
    await file.close()
  }
}

/** That a file was used matters to nobody who reads it: where it cannot be marked, the order of use is a little less exact. */
export async function markUsed(file: FileHandle, now: number): Promise<void> {
  await file.utimes(now / 1000, now / 1000).catch(() => undefined)
}

/** Bytes from a place on; fewer where the file ends. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  // Not out of the pool: the bytes are handed to the caller for good.
  const bytes = Buffer.allocUnsafeSlow(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}

/** A write may take fewer bytes than it was given. */
export async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
}

async function openToRead(path: string): Promise<FileHandle | 'foreign' | undefined> {
  try {
    return await open(path, READ)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return undefined
    // A link; a socket.
    if (code === 'ELOOP' || code === 'ENXIO') return 'foreign'
    throw error
  }
}

async function readWhole(handle: FileHandle, key: string, { size, file }: { size: number; file: bigint }): Promise<Found> {
  const name = escaped(key)
  const damaged = { state: 'damaged', file, bytes: size } as const
  const head = await readAt(handle, 0, FIXED + name.length)
  if (!isOurs(head)) return { state: 'foreign' }
  // Before memory is taken for the value: what stands there may be as large as it likes.
  const length = size - FIXED - name.length
  if (length < 0 || head.length < FIXED + name.length || head.readDoubleLE(AT.length) !== length) return damaged
  if (head.readUInt32LE(AT.keyLength) !== name.length || head.toString('latin1', FIXED) !== name) return damaged
  const value = length === 0 ? Buffer.allocUnsafeSlow(0) : await readAt(handle, head.length, length)
  if (value.length !== length || crc32(value, crc32(head.subarray(AT.expires))) !== head.readUInt32LE(AT.sum)) return damaged
  return { state: 'whole', value: new Uint8Array(value.buffer, 0, length), expires: head.readDoubleLE(AT.expires), file }
}

/** Also where it was cut off, or emptied. */
function isOurs(head: Buffer): boolean {
  return head.subarray(0, MAGIC.length).equals(MAGIC.subarray(0, head.length))
}
