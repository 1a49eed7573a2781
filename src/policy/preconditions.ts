import type { Call } from '../model/call.ts'
import { type HeaderList, headerOf } from '../model/headers.ts'
import type { ResponseFacts } from '../model/response-facts.ts'
import { type ByteRange, byteRanges } from './byte-ranges.ts'
import { parseEntityTag, stronglyEqual } from './entity-tag.ts'
import { parseHttpDate } from './http-date.ts'
import { notModifiedFor } from './not-modified.ts'

/** What a caller asks about a copy, or a part, of its own, and what a cache may answer from a stored whole (RFC 9111 4.3.2). */
const ANSWERABLE: ReadonlySet<string> = new Set(['if-none-match', 'if-modified-since', 'range', 'if-range'])

/** A call's headers without those that a stored whole can answer, and these. */
export function withoutPreconditions(headers: HeaderList): { headers: HeaderList; preconditions: HeaderList } {
  if (!headers.some(([name]) => ANSWERABLE.has(name))) return { headers, preconditions: [] }
  return {
    headers: headers.filter(([name]) => !ANSWERABLE.has(name)),
    preconditions: headers.filter(([name]) => ANSWERABLE.has(name)),
  }
}

/** The call as it goes to the origin where nothing is stored that could answer it: with all that the caller asked. */
export function sentOn(call: Call): Call {
  if (call.preconditions.length === 0) return call
  return { ...call, headers: [...call.headers, ...call.preconditions], preconditions: [] }
}

/** Whether a call sends a question about a copy of its own on to the origin: nobody else can use the answer to it. */
export function asksOrigin({ headers }: Pick<Call, 'headers'>): boolean {
  return headers.some(([name]) => ANSWERABLE.has(name))
}

/** 'whole': the stored answer as it is. */
export type Evaluation =
  | { readonly name: 'whole' | 'not-modified' | 'unsatisfiable' }
  | { readonly name: 'parts'; readonly ranges: readonly ByteRange[] }

const WHOLE: Evaluation = { name: 'whole' }

/** A caller's own conditions and Range against a stored answer, in the order of RFC 9110 13.2.2. `size` is that of its body, in bytes. */
export function evaluated(call: Call, stored: ResponseFacts, size: number): Evaluation {
  const asked = { ...call, headers: call.preconditions }
  if (notModifiedFor(asked, stored) === '304') return { name: 'not-modified' }
  const range = headerOf(asked.headers, 'range')
  if (range === undefined || call.method !== 'GET' || stored.status !== 200) return WHOLE
  if (!isSameAs(headerOf(asked.headers, 'if-range'), stored)) return WHOLE
  const ranges = byteRanges(range, size)
  if (ranges === 'whole') return WHOLE
  return ranges === 'unsatisfiable' ? { name: 'unsatisfiable' } : { name: 'parts', ranges }
}

/** RFC 9110 13.1.5: a strong tag, or the very date of a Last-Modified that is strong; the parts of two versions are never joined. */
function isSameAs(ifRange: string | undefined, { etag, lastModified, date }: ResponseFacts): boolean {
  if (ifRange === undefined) return true
  const tag = /^\s*(?:W\/)?"/.test(ifRange) ? parseEntityTag(ifRange) : undefined
  if (tag !== undefined) return stronglyEqual(tag, etag)
  // RFC 9110 8.8.2.2: a date tells two versions apart only where the answer is at least a second younger than the change.
  const isStrong = lastModified !== undefined && date !== undefined && date - lastModified.at >= 1000
  return isStrong && parseHttpDate(ifRange, date) === lastModified.at
}
