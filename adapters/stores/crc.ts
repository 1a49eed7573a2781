/**
 * CRC-32. node:zlib is loaded by the first value and not by an import of a store: to load it takes 5 to 15 ms, half of what an import of this
 * package may cost.
 */
export function crc32(content: string | Uint8Array, before = 0): number {
  return process.getBuiltinModule('node:zlib').crc32(content, before)
}
