/** Longest name that the usual file systems take, in bytes of UTF-8. */
const LONGEST = 255

/** An ending longer than this many bytes is part of the name, and is cut with it. */
const LONGEST_SUFFIX = 32

// Kept: letters of any script with their marks, digits, space and . _ ( ) -. Invisible characters are dropped even where Unicode calls
// them letters or marks: they make two names look alike.
const DROPPED = /[^\p{L}\p{M}\p{Nd} ._()-]|\p{Default_Ignorable_Code_Point}/gu

// Windows opens a device by these names, in any case, with any suffix, also with spaces before the suffix.
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9]) *(?:\.|$)/i

const SUFFIX = /(?:\.tar)?\.[^. ]+$/i

// The lookbehind keeps the search linear in a long run of dots and spaces.
const TRAILING = /(?<![. ])[. ]+$/

/**
 * What of a name that came from outside can stand in a folder on every platform: its last segment without separators, `..`, leading
 * dots, trailing dots and spaces, device names, at most 255 bytes (the suffix is kept). Undefined where nothing is left of it.
 */
export function safeName(text: string): string | undefined {
  const segment = text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1)
  const kept = segment
    .replace(/\s/g, ' ')
    .replace(DROPPED, '')
    // After the drops, for what stood between two characters may have kept them apart.
    .normalize('NFC')
    .replace(/\.{2,}/g, '.')
  // "????.csv" is what remains of a name once a server has forced it into ASCII: the suffix alone is no name.
  if (kept.startsWith('.') && !segment.startsWith('.')) return undefined
  const trimmed = kept.replace(/^[. ]+/, '').replace(TRAILING, '')
  if (!/[\p{L}\p{Nd}]/u.test(trimmed)) return undefined
  // Cut first: a cut can lay a device name bare ("CON", many spaces, more).
  const name = cut(trimmed, LONGEST)
  return DEVICE.test(name) ? `_${cut(name, LONGEST - 1)}` : name
}

/** Whether a safe name ends in a suffix, as "data.csv" does. */
export function hasSuffix(name: string): boolean {
  return SUFFIX.test(name)
}

function cut(name: string, bytes: number): string {
  const encoder = new TextEncoder()
  if (encoder.encode(name).length <= bytes) return name
  const [ending = ''] = SUFFIX.exec(name) ?? []
  const suffix = encoder.encode(ending).length > LONGEST_SUFFIX ? '' : ending
  const stem = name.slice(0, name.length - suffix.length)
  // encodeInto never divides a character.
  const { read } = encoder.encodeInto(stem, new Uint8Array(bytes - encoder.encode(suffix).length))
  return stem.slice(0, read).replace(TRAILING, '') + suffix
}
