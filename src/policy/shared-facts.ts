import { type HeaderList, headerOf } from '../model/headers.ts'
import type { RedirectFacts } from '../model/record.ts'
import type { ResponseFacts } from '../model/response-facts.ts'
import { noCacheOf, parseCacheControl, secondsOf } from './cache-control.ts'

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

/** Of {@link COMMON_FIELDS} alone. */
export function commonFactsOf(headers: HeaderList): CommonFacts {
  const directives = parseCacheControl(headerOf(headers, 'cache-control'))
  return {
    vary: varyOf(headerOf(headers, 'vary')),
    contentLocation: headerOf(headers, 'content-location'),
    maxAge: secondsOf(directives, 'max-age'),
    noStore: directives.has('no-store'),
    noCache: noCacheOf(directives),
    mustRevalidate: directives.has('must-revalidate'),
    mustUnderstand: directives.has('must-understand'),
    immutable: directives.has('immutable'),
    markedCacheable: directives.has('public') || directives.has('private'),
    staleWhileRevalidate: secondsOf(directives, 'stale-while-revalidate') ?? 0,
    staleIfError: secondsOf(directives, 'stale-if-error') ?? 0,
  }
}

/** What hops forbid, they forbid of the answer that they led to. */
export function throughRedirects(common: CommonFacts, redirects: RedirectFacts | undefined): CommonFacts {
  if (redirects === undefined) return common
  return {
    ...common,
    vary: throughAll(common.vary, redirects),
    // Where the way leads may change though the target never does.
    immutable: false,
    ...(redirects.noStore && { noStore: true, mustUnderstand: false }),
    ...(redirects.mustRevalidate && { mustRevalidate: true }),
  }
}

/** RFC 9111 4.1: a hop that was chosen by a header chose the answer too. */
function throughAll(vary: readonly string[], redirects: RedirectFacts): readonly string[] {
  if (redirects.vary.length === 0) return vary
  return allNamed([...vary, ...redirects.vary])
}

/** What several answers name together. */
export function allNamed(names: readonly string[]): readonly string[] {
  const all = [...new Set(names)].sort()
  return all.includes('*') ? ['*'] : all
}

/** What names a field (RFC 9110 5.6.2). */
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

/** RFC 9110 12.5.5: the request fields that selected this answer. What no field can be called is no name, so nobody knows what selected it. */
function varyOf(value: string | undefined): readonly string[] {
  if (value === undefined) return []
  const names = new Set(value.split(',').map((name) => name.trim().toLowerCase()))
  names.delete('')
  const all = [...names]
  return names.has('*') || !all.every((name) => FIELD_NAME.test(name)) ? ['*'] : all.sort()
}
