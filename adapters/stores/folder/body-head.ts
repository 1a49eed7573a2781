import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { crc32 } from '../crc.ts'
import { readAt, writeAt } from '../positions.ts'

/** The last byte is the number of the format. */
const MAGIC = Buffer.from('hfb1')

/** Magic, CRC-32 of the body's id and the number, and the number: how many bytes are counted. Twice, so that one is whole at any time. */
const SLOT = 16
const AT = { sum: 4, counted: 8 } as const

/** Where the bytes begin. */
export const BODY_AT: number = 2 * SLOT

/** A file with a second name may be anybody's; one without any has been given up. */
export const isOurs = (stats: Stats): boolean => stats.isFile() && stats.nlink === 1

/** Bytes of a body in a file of so many. */
export function valueOfBody(fileBytes: number): number {
  return Math.max(0, fileBytes - BODY_AT)
}

/** A file that is empty is let be: ext4 brings one that was cut to nothing to the disk when it is closed, and who closes it waits for that. */
export async function emptied(file: FileHandle): Promise<void> {
  if ((await file.stat()).size > 0) await file.truncate(0)
}

export interface BodyHead {
  readonly counted: number
  /** The number itself: more, where the file was cut. */
  readonly said: number
  /** Where the next number goes: over the older one. */
  readonly next: number
}

/**
 * How many bytes of a body count: what a kill leaves behind them is written over, and of one that was cut there are as many as there are.
 * Undefined where the file, of so many bytes, is no body of that id.
 */
export async function readBodyHead(file: FileHandle, id: string, fileBytes: number): Promise<BodyHead | undefined> {
  const bytes = await readAt(file, 0, BODY_AT)
  const slots = [0, SLOT].flatMap((at) => {
    const said = saidIn(Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(SLOT, Math.max(0, bytes.length - at))), id)
    return said === undefined ? [] : [{ counted: Math.min(said, valueOfBody(fileBytes)), said, next: at === 0 ? SLOT : 0 }]
  })
  return slots.sort((one, other) => other.said - one.said)[0]
}

/** What stands there then. */
export async function writeBodyHead(file: FileHandle, id: string, { counted, next }: Omit<BodyHead, 'said'>): Promise<BodyHead> {
  const slot = Buffer.alloc(SLOT)
  MAGIC.copy(slot)
  slot.writeDoubleLE(counted, AT.counted)
  slot.writeUInt32LE(sumOf(id, slot), AT.sum)
  await writeAt(file, slot, next)
  return { counted, said: counted, next: SLOT - next }
}

function saidIn(slot: Buffer, id: string): number | undefined {
  if (slot.length < SLOT || !slot.subarray(0, MAGIC.length).equals(MAGIC)) return undefined
  return slot.readUInt32LE(AT.sum) === sumOf(id, slot) ? slot.readDoubleLE(AT.counted) : undefined
}

function sumOf(id: string, slot: Buffer): number {
  return crc32(slot.subarray(AT.counted), crc32(id))
}
