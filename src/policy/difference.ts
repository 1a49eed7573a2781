import type { Difference } from '../model/difference.ts'
import { charset, comparisonBy, mediaType } from './comparison.ts'
import { jsonChanges } from './json-difference.ts'
import { isComposed } from './json-likeness.ts'
import { isMergedByParsing } from './json-numbers.ts'
import { lineDifference } from './line-difference.ts'
import { rowDifference } from './row-difference.ts'

/** One of two versions that are compared. */
export interface Side {
  /** The whole body; undefined where it is too large to be compared as text. */
  readonly bytes: Uint8Array | undefined
  /** Its `Content-Type`. */
  readonly type: string | undefined
  /** Bytes of the body. */
  readonly size: number
  /** SHA-256 of the body, hex. */
  readonly digest: string
}

/**
 * What differs between two versions, as closely as their types and bytes allow. Never throws; with the sides exchanged it says the same
 * with both directions exchanged.
 *
 * JSON that is announced but is none (an error page, a body that was cut) is compared as text, for its lines show what happened.
 */
export function difference(from: Side, to: Side): Difference {
  const [before, after, by] = [textOf(from), textOf(to), comparisonBy(from.type, to.type)]
  if (before === undefined || after === undefined || by === 'none')
    return { kind: 'bytes', from: { size: from.size, digest: from.digest }, to: { size: to.size, digest: to.digest } }
  if (by === 'rows') return { kind: 'rows', ...rowDifference(before, after) }
  const json = by === 'text' ? undefined : jsonDifference(before, after, by)
  return json ?? { kind: 'text', ...lineDifference(before, after) }
}

/** Undefined where it is not text of its charset, UTF-8 if it names none. Where the type does not say text, a NUL says that it is none, as git has it. */
function textOf({ bytes, type }: Side): string | undefined {
  if (bytes === undefined) return undefined
  try {
    const text = new TextDecoder(charset(type), { fatal: true }).decode(bytes)
    return mediaType(type).startsWith('text/') || !text.includes('\0') ? text : undefined
  } catch {
    return undefined
  }
}

/** Undefined where the two have to be compared as text. */
function jsonDifference(from: string, to: string, by: 'json' | 'unsaid'): Difference | undefined {
  const [before, after] = [parsed(from), parsed(to)]
  if (before === undefined || after === undefined) return undefined
  // A text that is a lone number or word parses too, and says nothing of a format.
  if (by === 'unsaid' && !(isComposed(before.value) && isComposed(after.value))) return undefined
  if (from !== to && isMergedByParsing(from, to)) return undefined
  return { kind: 'json', changes: jsonChanges(before.value, after.value) }
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
