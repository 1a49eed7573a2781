import type { RequestFacts } from '../model/call.ts'
import { headerOf } from '../model/headers.ts'
import type { ResponseFacts } from '../model/response-facts.ts'
import { parseEntityTags, weaklyEqual } from './entity-tag.ts'
import { parseHttpDate } from './http-date.ts'

/**
 * Is a caller's own condition met by a stored answer that may be used, so that 304 tells it all (RFC 9111 4.3.2)? If-None-Match comes
 * first, and makes If-Modified-Since void (RFC 9110 13.2.2). Only for GET and HEAD, and only for 2xx (13.2.1).
 */
export function notModifiedFor(request: RequestFacts, stored: ResponseFacts): '304' | 'whole' {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 'whole'
  if (stored.status < 200 || stored.status > 299) return 'whole'
  const tags = headerOf(request.headers, 'if-none-match')
  const met = tags === undefined ? hasNotChangedSince(request, stored) : namesStored(tags, stored)
  return met ? '304' : 'whole'
}

/** RFC 9110 13.1.2: `*` names whatever there is; else the comparison is the weak one. */
function namesStored(value: string, stored: ResponseFacts): boolean {
  const tags = parseEntityTags(value)
  return tags === 'any' || tags.some((tag) => weaklyEqual(tag, stored.etag))
}

/** RFC 9111 4.3.2: against Last-Modified, else Date, else the time at which it came. What is not a date is ignored (RFC 9110 13.1.3). */
function hasNotChangedSince(request: RequestFacts, stored: ResponseFacts): boolean {
  const value = headerOf(request.headers, 'if-modified-since')
  const since = value === undefined ? undefined : parseHttpDate(value, stored.receivedAt)
  return since !== undefined && (stored.lastModified?.at ?? stored.date ?? stored.receivedAt) <= since
}
