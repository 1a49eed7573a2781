import { type HeaderList, headerOf } from '../model/headers.ts'
import type { RedirectFacts } from '../model/record.ts'
import type { ResponseFacts } from '../model/response-facts.ts'
import { deltaSeconds, fieldsOf, parseCacheControl, secondsOf } from './cache-control.ts'
import { parseEntityTag } from './entity-tag.ts'
import { parseHttpDate } from './http-date.ts'

/** What facts are taken from: a response's head, or a stored version. */
export interface ResponseSource {
  readonly status: number
  readonly headers: HeaderList
  readonly redirects?: RedirectFacts
}

/** What follows from these fields, most answers of a server have alike. */
export const COMMON_FIELDS: readonly string[] = ['cache-control', 'content-location', 'vary']

export type CommonFacts = Pick<
  ResponseFacts,
  | 'vary'
  | 'contentLocation'
  | 'maxAge'
  | 'noStore'
  | 'noCache'
  | 'mustRevalidate'
  | 'mustUnderstand'
  | 'immutable'
  | 'markedCacheable'
  | 'staleWhileRevalidate'
  | 'staleIfError'
>

/**
 * Reads the facts of a response that arrived at `receivedAt` (for a stored version: its `checkedAt`). What is common to many may be given.
 */
export function factsOf(
  { status, headers, redirects }: ResponseSource,
  receivedAt: number,
  common: CommonFacts = commonFactsOf(headers),
): ResponseFacts {
  return {
    status,
    receivedAt,
    date: dateOf(headers, 'date', receivedAt),
    ageOnArrival: ageOnArrival(headerOf(headers, 'age')),
    expires: headerOf(headers, 'expires') === undefined ? undefined : (dateOf(headers, 'expires', receivedAt) ?? 'invalid'),
    lastModified: lastModifiedOf(headers, receivedAt),
    etag: parseEntityTag(headerOf(headers, 'etag')),
    redirectLifetime: redirects?.lifetime ?? Number.POSITIVE_INFINITY,
    ...common,
    vary: throughAll(common.vary, redirects),
    ...(redirects?.noStore === true && { noStore: true, mustUnderstand: false }),
    ...(redirects?.mustRevalidate === true && { mustRevalidate: true }),
  }
}

/** Of {@link COMMON_FIELDS} alone. */
export function commonFactsOf(headers: HeaderList): CommonFacts {
  const directives = parseCacheControl(headerOf(headers, 'cache-control'))
  return {
    vary: varyOf(headerOf(headers, 'vary')),
    contentLocation: headerOf(headers, 'content-location'),
    maxAge: secondsOf(directives, 'max-age'),
    noStore: directives.has('no-store'),
    noCache: fieldsOf(directives, 'no-cache'),
    mustRevalidate: directives.has('must-revalidate'),
    mustUnderstand: directives.has('must-understand'),
    immutable: directives.has('immutable'),
    markedCacheable: directives.has('public') || directives.has('private'),
    staleWhileRevalidate: secondsOf(directives, 'stale-while-revalidate') ?? 0,
    staleIfError: secondsOf(directives, 'stale-if-error') ?? 0,
  }
}

/** RFC 9111 4.1: a hop that was chosen by a header chose the answer too. */
function throughAll(vary: readonly string[], redirects: RedirectFacts | undefined): readonly string[] {
  if (redirects === undefined || redirects.vary.length === 0) return vary
  const all = [...new Set([...vary, ...redirects.vary])].sort()
  return all.includes('*') ? ['*'] : all
}

/** A field that came several times is not a date: for Expires that means stale (RFC 9111 4.2.1), for a validator that there is none. */
function dateOf(headers: HeaderList, name: string, receivedAt: number): number | undefined {
  const value = headerOf(headers, name)
  return value === undefined ? undefined : parseHttpDate(value, receivedAt)
}

function lastModifiedOf(headers: HeaderList, receivedAt: number): ResponseFacts['lastModified'] {
  const at = dateOf(headers, 'last-modified', receivedAt)
  return at === undefined ? undefined : { at, text: headerOf(headers, 'last-modified')?.trim() ?? '' }
}

/** Empty members before the first one that counts: more is not a list but an attack. */
const LONGEST_LIST = 64

/** RFC 9111 5.1: of a list the first member counts; what is not a whole number is ignored. */
function ageOnArrival(value: string | undefined): number {
  const first = value?.split(',', LONGEST_LIST).find((member) => member.trim() !== '')
  return first === undefined ? 0 : (deltaSeconds(first.trim()) ?? 0)
}

/** RFC 9110 12.5.5: the request fields that selected this answer. */
function varyOf(value: string | undefined): readonly string[] {
  if (value === undefined) return []
  const names = new Set(value.split(',').map((name) => name.trim().toLowerCase()))
  names.delete('')
  return names.has('*') ? ['*'] : [...names].sort()
}
