import { dispositionNames } from './content-disposition.ts'
import { mediaSuffix } from './media-suffix.ts'
import { percentDecoded, textOf } from './octets.ts'
import { hasSuffix, safeName } from './safe-name.ts'

export interface FileNameOptions {
  /**
   * Taken where neither the header nor the URL gives a name, and made safe as they are. Default: "download" and the suffix of the
   * content type. `null`, or a text of which nothing safe is left, as '': then the answer is undefined.
   */
  fallback?: string | null
}

/**
 * A name under which to keep a response: that of `Content-Disposition` (RFC 6266; `filename*` of RFC 8187 before `filename`), else the
 * last path segment of `response.url` if it has a suffix, else the fallback.
 *
 * It is safe in a folder on every platform: letters of any script, digits, space and `. _ ( ) -`; no separator, no `..`, no leading dot,
 * no device name (CON, NUL, COM1, …), at most 255 bytes of UTF-8 with the suffix kept. Undefined only where `fallback` says so.
 *
 * @throws TypeError where `fallback` is neither a string nor null.
 */
export function fileNameOf(response: Response, options: FileNameOptions = {}): string | undefined {
  const { fallback } = options
  if (fallback !== undefined && fallback !== null && typeof fallback !== 'string') {
    throw new TypeError(`fileNameOf: fallback takes a string, or null for no fallback; got ${typeof fallback}`)
  }
  return givenName(response) ?? (fallback === undefined ? defaultName(response) : safeName(fallback ?? ''))
}

/** The name that the server gave, by header or by URL. */
export function givenName({ headers, url }: Response): string | undefined {
  for (const written of dispositionNames(headers.get('content-disposition') ?? '')) {
    const name = safeName(written)
    if (name !== undefined) return name
  }
  return nameInUrl(url)
}

/** What a response without a name is called. */
export function defaultName({ headers }: Response): string {
  return `download${mediaSuffix(headers.get('content-type') ?? undefined)}`
}

function nameInUrl(text: string): string | undefined {
  const url = URL.parse(text)
  // Elsewhere (data:, blob:) the path is content or a number, not a place.
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return undefined
  const segment = url.pathname.slice(url.pathname.lastIndexOf('/') + 1)
  const name = safeName(textOf(percentDecoded(segment)))
  return name !== undefined && hasSuffix(name) ? name : undefined
}
