import { type HeaderList, headerOf } from '../model/headers.ts'

/** Content codings that are taken off (RFC 9110 8.4.1; RFC 8878; RFC 9659). */
export type ContentCoding = 'gzip' | 'x-gzip' | 'deflate' | 'br' | 'zstd'

const KNOWN: ReadonlySet<string> = new Set<ContentCoding>(['gzip', 'x-gzip', 'deflate', 'br', 'zstd'])

const isKnown = (coding: string): coding is ContentCoding => KNOWN.has(coding)

/**
 * The content codings to be taken off a body, in the order in which they were put on; empty where there are none. One that nobody
 * knows ('aws-chunked', 'utf-8') leaves the body as it is, under its `Content-Encoding`, as fetch does.
 */
export function codingsOf(contentEncoding: string | undefined): readonly ContentCoding[] {
  if (contentEncoding === undefined) return []
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
  return codings.every(isKnown) ? codings : []
}

/** Whether the bytes on the wire are not those of the body. */
export function isCoded(headers: HeaderList): boolean {
  return codingsOf(headerOf(headers, 'content-encoding')).length > 0
}
