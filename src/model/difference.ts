/**
 * What differs between two stored versions.
 *
 * - 'json': by structure. No changes: the same value, however it is written.
 * - 'rows': records of a CSV or TSV, whole, in order of appearance. A record that was changed stands in both lists; where records stand
 *   does not count.
 * - 'text': lines, in order of appearance. A line that was changed or moved stands in both lists.
 * - 'bytes': all that can be said of anything else: bytes and SHA-256 (hex) of each body.
 *
 * In rows and text neither the kind of line end (CRLF, LF), nor one at the very end, nor a byte order mark counts.
 */
export type Difference =
  | { kind: 'json'; changes: Change[] }
  | { kind: 'rows' | 'text'; added: string[]; removed: string[] }
  | { kind: 'bytes'; from: { size: number; digest: string }; to: { size: number; digest: string } }

/**
 * One place where two JSON values differ. `from` or `to` is absent, not undefined, where that side has nothing there; null is a value.
 *
 * In a list, what has `to` alone was inserted, and what has `from` alone was removed; what follows moved up or down by that. To make one
 * value of the other: take out what was removed, last one first; then set or insert the rest, first one first.
 */
export interface Change {
  /** JSON Pointer (RFC 6901) into the side that has the value; '' is the whole. Of inner places the index is the same on both sides. */
  pointer: string
  from?: unknown
  to?: unknown
}
