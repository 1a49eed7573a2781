import { STATUS_CODES } from 'node:http'

/** Header fields: a list gives several lines of one name, null removes a field that the origin would add by itself. */
export type Fields = Readonly<Record<string, string | readonly string[] | null>>

/** Later fields win over earlier ones of the same name, whatever the case. */
export function mergeFields(...parts: readonly Fields[]): Fields {
  const byName = new Map<string, [string, string | readonly string[] | null]>()
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) byName.set(name.toLowerCase(), [name, value])
  }
  return Object.fromEntries(byName.values())
}

/** The value of a field, whatever the case of its name. */
export function fieldValue(fields: Fields, name: string): string | readonly string[] | null | undefined {
  return Object.entries(fields).find(([one]) => one.toLowerCase() === name)?.[1]
}

/**
 * The head as it goes out. Nothing is checked or escaped, so a test can send a NUL, a bare line feed or a field without
 * a colon; text is written as Latin-1, one byte a character.
 */
export function encodeHead(status: number, fields: Fields, reason: string = STATUS_CODES[status] ?? 'Unknown'): Buffer {
  const lines = [`HTTP/1.1 ${status} ${reason}`]
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) continue
    const values = typeof value === 'string' ? [value] : value
    for (const one of values) lines.push(`${name}: ${one}`)
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

/** A time as HTTP writes it (RFC 9110, section 5.6.7). */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString()
}
