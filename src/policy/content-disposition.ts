import { percentDecoded, textOf, utf8Of } from './octets.ts'

// RFC 6266 4.1. A value in quotes is taken whole, so that nothing inside it passes for a parameter; one without runs to the next
// semicolon, because servers forget the quotes around names with spaces. The lookbehind keeps the search linear: a word is tried once,
// from its beginning.
const PARAMETER = /(?<![^\s;="])([^\s;="]+)\s*=\s*("(?:[^"\\]|\\[\s\S])*"|[^;]*)/g

// RFC 8187 3.2.1: charset, language, text.
const EXTENDED = /^([^']*)'[^']*'([\s\S]*)$/

/**
 * The names that a `Content-Disposition` field gives, the better one first: `filename*`, then `filename` (RFC 6266 4.3), whatever their
 * order and whatever the disposition type. Of a parameter that stands twice the first counts. They are as the server wrote them: not safe.
 */
export function dispositionNames(field: string): string[] {
  const found = new Map<string, string>()
  for (const [, name = '', value = ''] of field.matchAll(PARAMETER)) {
    const parameter = name.toLowerCase()
    if (!found.has(parameter)) found.set(parameter, unquoted(value))
  }
  const extended = extendedText(found.get('filename*'))
  const plain = found.get('filename')
  return [extended, plain === undefined ? undefined : textOf(plain)].filter((name) => name !== undefined)
}

function unquoted(value: string): string {
  const quoted = value.length > 1 && value.startsWith('"') && value.endsWith('"')
  return quoted ? value.slice(1, -1).replace(/\\([\s\S])/g, '$1') : value.trim()
}

/** RFC 8187 3.2: UTF-8, and the ISO-8859-1 of its predecessor RFC 5987. What is broken or in another charset is as if it were absent. */
function extendedText(value: string | undefined): string | undefined {
  const [, charset, text] = EXTENDED.exec(value ?? '') ?? []
  if (charset === undefined || text === undefined || /%(?![0-9a-f]{2})/i.test(text)) return undefined
  const octets = percentDecoded(text)
  switch (charset.toLowerCase()) {
    case 'utf-8':
      return utf8Of(octets)
    case 'iso-8859-1':
      return octets
    default:
      return undefined
  }
}
