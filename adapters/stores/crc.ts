/**
 * CRC-32. node:zlib is loaded by the first value and not by an import of a store: to load it takes 5 to 15 ms, half of what an import of this
 * package may cost.
 */
export function crc32(content: string | Uint8Array, before = 0): number {
  // Of a view without memory behind it, such as SQLite gives of no bytes, Node before 24.15 says 0.
  if (content.length === 0) return before
  return process.getBuiltinModule('node:zlib').crc32(content, before)
}
