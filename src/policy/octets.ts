/**
 * Text that came as octets, one character each (a header field, a percent-encoded name): as UTF-8 where it is that, else as ISO-8859-1.
 * Latin text that is valid UTF-8 by accident does not occur in names; UTF-8 that nobody declared does, daily.
 */
export function textOf(octets: string): string {
  return utf8Of(octets) ?? octets
}

/** Octets as UTF-8 text, or undefined where they are not UTF-8. Text that was never octets stays as it is. */
export function utf8Of(octets: string): string | undefined {
  if (/[\u0100-\uffff]/.test(octets)) return octets
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(octets, (octet) => octet.charCodeAt(0)))
  } catch {
    return undefined
  }
}

/** Percent-encoding undone (RFC 3986 2.1), to octets. A percent sign without two hex digits stands for itself. */
export function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
