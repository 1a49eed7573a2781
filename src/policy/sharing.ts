import type { HeaderList } from '../model/headers.ts'
import { headerOf } from '../model/headers.ts'
import { parseCacheControl } from './cache-control.ts'

/** What a tier that others read may hold of an answer. */
export type Sharing = 'shareable' | 'private'

/**
 * RFC 9111 3 and 3.5: a shared cache keeps nothing `private`, and an answer to a request with credentials only where the origin says
 * `public`, `s-maxage` or `must-revalidate`. Set-Cookie speaks to one user, so such an answer stays private too.
 */
export function sharing(headers: HeaderList, partitioned: 'by credentials' | 'for all'): Sharing {
  const directives = parseCacheControl(headerOf(headers, 'cache-control'))
  if (directives.has('private') || headerOf(headers, 'set-cookie') !== undefined) return 'private'
  const published = directives.has('public') || directives.has('s-maxage') || directives.has('must-revalidate')
  return partitioned === 'by credentials' && !published ? 'private' : 'shareable'
}
