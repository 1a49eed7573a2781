import { nextRound } from '../../../src/model/clock.ts'

/** Bytes from which reading a value takes about a millisecond: who reads one after the other, a body in chunks, must let others pass. */
const LARGE = 256 * 1024

/** The values, and a turn for the others before them where any is large. */
export async function letPass<T extends Uint8Array | undefined | readonly (Uint8Array | undefined)[]>(read: T): Promise<T> {
  const values = Array.isArray(read) ? read : [read]
  if (values.some((value) => value !== undefined && value.length >= LARGE)) await nextRound()
  return read
}
