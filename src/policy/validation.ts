import type { HeaderList } from '../model/headers.ts'
import type { ResponseFacts } from '../model/response-facts.ts'
import type { Settings } from '../model/settings.ts'
import { stronglyEqual, weaklyEqual } from './entity-tag.ts'
import { storedHeaders } from './stored-headers.ts'

/**
 * The conditions under which a stored response is asked for again; empty where it has no validator. Both validators where there are
 * both (RFC 9110 8.8.4). If-Modified-Since repeats Last-Modified and nothing else: RFC 9110 13.1.3 allows Date in its place, but a
 * server with a second's change, or with another clock, would then confirm bytes that are gone.
 */
export function conditionalHeaders({ etag, lastModified }: ResponseFacts): HeaderList {
  const conditions: [string, string][] = []
  if (etag !== undefined) conditions.push(['if-none-match', etag.text])
  if (lastModified !== undefined) conditions.push(['if-modified-since', lastModified.text])
  return conditions
}

/**
 * Does this 304 speak of the stored response whose validators were sent (RFC 9111 4.3.4)? 'other': it speaks of another one, so ask
 * again without conditions.
 *
 * A 304 without any validator confirms: only one response was named to the origin. So does, under 'resilient', a strong tag that is
 * equal to the stored weak one but for its strength: servers that compress give `W/"x"` with the body and `"x"` with the 304.
 */
export function confirms(from304: ResponseFacts, stored: ResponseFacts, respect: Settings['respect']): 'confirmed' | 'other' {
  if (from304.etag !== undefined) {
    const equal = from304.etag.weak || respect === 'resilient' ? weaklyEqual : stronglyEqual
    return equal(from304.etag, stored.etag) ? 'confirmed' : 'other'
  }
  if (from304.lastModified === undefined || stored.lastModified === undefined) return 'confirmed'
  return from304.lastModified.at === stored.lastModified.at ? 'confirmed' : 'other'
}

/** RFC 9111 3.2: the length is that of a body that did not come; the other two belong to the bytes that are stored. */
const NEVER_UPDATED: ReadonlySet<string> = new Set(['content-length', 'content-encoding', 'content-range'])

/** They speak of the message that carried them: one that came without them must not wear those of an older one. */
const OF_THE_MESSAGE: ReadonlySet<string> = new Set(['age', 'date'])

/**
 * The headers of a stored response after a 304, or after a HEAD that freshens it (RFC 9111 3.2): each field that came replaces all
 * lines of that name, except what is not stored, and what belongs to the stored bytes.
 */
export function updatedHeaders(stored: HeaderList, newer: HeaderList, settings: Settings): HeaderList {
  const fresh = storedHeaders(newer, settings, 'as received').filter(([name]) => !NEVER_UPDATED.has(name))
  const names = new Set(fresh.map(([name]) => name))
  const merged = [...stored.filter(([name]) => !names.has(name) && !OF_THE_MESSAGE.has(name)), ...fresh]
  // Once more, for what the newer Cache-Control no longer lets us keep.
  return storedHeaders(merged, settings, 'as received')
}

/**
 * What a 200 to HEAD says of the stored GET answer (RFC 9111 4.3.5): 'freshens': its headers may be renewed as after a 304; 'stales':
 * they differ, so it must be validated; 'nothing': another status.
 */
export function headSays(
  head: ResponseFacts,
  stored: ResponseFacts,
  lengths: { head?: string | undefined; stored?: string | undefined },
): 'freshens' | 'stales' | 'nothing' {
  if (head.status !== 200 || stored.status !== 200) return 'nothing'
  const sameTag = head.etag === undefined || weaklyEqual(head.etag, stored.etag)
  const sameDate = head.lastModified === undefined || head.lastModified.at === stored.lastModified?.at
  const sameLength = lengths.head === undefined || lengths.stored === undefined || lengths.head === lengths.stored
  return sameTag && sameDate && sameLength ? 'freshens' : 'stales'
}
