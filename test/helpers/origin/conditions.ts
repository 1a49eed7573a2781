import type { RecordedRequest } from './journal.ts'

/** What a condition is compared with. */
export interface Validators {
  readonly etag: string | undefined
  /** As an HTTP date. */
  readonly lastModified: string | undefined
}

/** Half open: `end` is the first byte that is not part of it. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** True if the client has this version already (RFC 9110, sections 13.1.2 and 13.1.3). */
export function isNotModified({ headers }: RecordedRequest, { etag, lastModified }: Validators): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined) return tags.trim() === '*' || (etag !== undefined && tagsOf(tags).includes(opaque(etag)))
  const since = headers['if-modified-since']
  return since !== undefined && lastModified !== undefined && Date.parse(lastModified) <= Date.parse(since)
}

/** True if a Range may be honoured: no If-Range, or one that names this version strongly (RFC 9110, section 13.1.5). */
export function ifRangeHolds({ headers }: RecordedRequest, { etag, lastModified }: Validators): boolean {
  const condition = headers['if-range']
  if (condition === undefined) return true
  if (condition.startsWith('W/')) return false
  return condition.startsWith('"') ? condition === etag : condition === lastModified
}

/** The one range that is asked for, `unsatisfiable`, or undefined where a Range is absent, malformed or of several parts. */
export function askedSpan({ method, headers }: RecordedRequest, length: number): Span | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? []
  if (method !== 'GET' || first === undefined || last === undefined || first + last === '') return undefined
  if (first === '') return Number(last) === 0 ? 'unsatisfiable' : { start: Math.max(length - Number(last), 0), end: length }
  const end = last === '' ? length : Math.min(Number(last) + 1, length)
  if (Number(first) >= length) return 'unsatisfiable'
  return last !== '' && Number(last) < Number(first) ? undefined : { start: Number(first), end }
}

function tagsOf(list: string): string[] {
  return [...list.matchAll(/(?:W\/)?"[^"]*"/g)].map(([tag]) => opaque(tag))
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, '')
}
