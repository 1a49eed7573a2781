import type { Call } from '../model/call.ts'
import type { HeaderList } from '../model/headers.ts'
import { headerOf } from '../model/headers.ts'
import type { VersionRecord } from '../model/record.ts'
import { isWellFormed, parseCacheControl } from './cache-control.ts'

/** What a tier that others read may hold of an answer. */
export type Sharing = 'shareable' | 'private'

/**
 * RFC 9111 3 and 3.5: a shared cache keeps nothing `private`, and an answer to a request with credentials only where the origin says
 * `public`, `s-maxage` or `must-revalidate`. Set-Cookie speaks to one user, so such an answer stays private too, and so does one whose
 * Cache-Control cannot be understood to its end.
 */
export function sharing(
  { headers, redirects, isPrivate }: { readonly headers: HeaderList } & Pick<VersionRecord, 'redirects' | 'isPrivate'>,
  partitioned: 'by credentials' | 'for all',
): Sharing {
  if (isPrivate === true || redirects?.isPrivate === true || redirects?.noStore === true) return 'private'
  const field = headerOf(headers, 'cache-control')
  const directives = parseCacheControl(field)
  if (directives.has('private') || headerOf(headers, 'set-cookie') !== undefined) return 'private'
  if (field !== undefined && !isWellFormed(field)) return 'private'
  const published = directives.has('public') || directives.has('s-maxage') || directives.has('must-revalidate')
  return partitioned === 'by credentials' && !published ? 'private' : 'shareable'
}

/** The same of an answer to this call: its credentials, or the principal that it names, set it apart. */
export function sharingOf({ headers: asked, settings, credentialHeaders }: Call, answer: Parameters<typeof sharing>[0]): Sharing {
  const { partition } = settings
  const isApart = partition === undefined ? asked.some(([name]) => credentialHeaders.has(name)) : partition !== null
  return sharing(answer, isApart ? 'by credentials' : 'for all')
}
