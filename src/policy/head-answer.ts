import type { Call } from '../model/call.ts'
import { headerOf } from '../model/headers.ts'
import type { Held, ResponseHead } from '../model/rooms.ts'
import { headFacts, versionFacts } from './candidate.ts'
import { isCoded } from './content-coding.ts'
import { headSays } from './validation.ts'

/** What an answer to HEAD says of the stored answer to GET (RFC 9111 4.3.5); 'nothing' for other methods, and where none is stored. */
export function headAnswer({ method }: Call, head: ResponseHead, held: Held | undefined): ReturnType<typeof headSays> {
  if (method !== 'HEAD' || held === undefined) return 'nothing'
  // A length on the wire of a coded answer says nothing of a body that stands decoded.
  const coded = isCoded(head.headers)
  const stored = headerOf(held.version.headers, 'content-length')
  return headSays(headFacts(head), versionFacts(held.version), {
    head: coded ? undefined : headerOf(head.headers, 'content-length'),
    stored,
  })
}
