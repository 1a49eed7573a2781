import { createHash } from 'node:crypto'

/** Code units of a key that name its folder: `h1:e:` and two hexadecimal digits, so each kind of record has 256 folders. */
const HEAD = 7

/** Bytes of the longest name that is a key in full; file systems take 255 of them. */
const LONGEST = 196

/** Names that are devices on Windows, whatever their extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/

const ESCAPED = /^(?:[a-z0-9+-]|_[0-9a-f]{2}|__[0-9a-f]{4})*$/

/** Of a value, and of the sign beside it that says that it may expire. */
export const VALUE = '.v'
export const ENDS = '.x'

const HASHED = '~'

/**
 * A text as a file name: lower-case letters, digits and "-" as they are, ":" as "+", all others by number. So names that differ by case,
 * or in the way that an accent is written, differ on every file system; and a person can read them.
 */
export function escaped(text: string): string {
  if (text === '') return '_'
  const name = text.replaceAll(/[^a-z0-9-]/g, (unit) => (unit === ':' ? '+' : numbered(unit)))
  return DEVICE.test(name) ? `${numbered(name.charAt(0))}${name.slice(1)}` : name
}

function numbered(unit: string): string {
  const code = unit.charCodeAt(0)
  return code < 256 ? `_${code.toString(16).padStart(2, '0')}` : `__${code.toString(16).padStart(4, '0')}`
}

/** Undefined where {@link escaped} gives no such name. */
export function unescaped(name: string): string | undefined {
  if (name === '_') return ''
  if (!ESCAPED.test(name)) return undefined
  const text = name
    .replaceAll(/__([0-9a-f]{4})|_([0-9a-f]{2})|\+/g, (all, four: string | undefined, two: string | undefined) =>
      all === '+' ? ':' : String.fromCharCode(Number.parseInt(four ?? two ?? '', 16)),
    )
  return escaped(text) === name ? text : undefined
}

/** The name of a key: itself, or a digest of it where it is too long. */
export function nameOf(key: string): string {
  const name = escaped(key)
  return name.length <= LONGEST ? name : HASHED + createHash('sha256').update(name).digest('hex')
}

/** The folder of a key. Folders in the order of what they stand for are in the order of their keys. */
export function folderOf(key: string): string {
  return escaped(headOf(key))
}

/** What all keys of a folder begin with. */
export function headOf(key: string): string {
  return key.slice(0, HEAD)
}

/** The key of a file; 'inside' where only the file itself tells it; undefined where the name is none of ours. */
export function keyOf(file: string): string | 'inside' | undefined {
  if (!file.endsWith(VALUE)) return undefined
  const name = file.slice(0, -VALUE.length)
  return name.startsWith(HASHED) ? 'inside' : unescaped(name)
}
