import type { Call } from '../model/call.ts'
import { headerOf } from '../model/headers.ts'
import type { Held, ResponseHead } from '../model/rooms.ts'
import { candidateOf, headFacts, versionFacts } from './candidate.ts'
import { isCoded } from './content-coding.ts'
import { isInvalidated } from './staleness.ts'
import { headSays } from './validation.ts'

/** What an answer to HEAD says of the stored answer to GET (RFC 9111 4.3.5); 'nothing' for other methods, and where none is stored. */
export function headAnswer({ method }: Call, head: ResponseHead, held: Held | undefined): ReturnType<typeof headSays> {
  if (method !== 'HEAD' || held === undefined) return 'nothing'
  // A length on the wire of a coded answer says nothing of a body that stands decoded.
  const coded = isCoded(head.headers)
  const stored = headerOf(held.version.headers, 'content-length')
  const facts = headFacts(head)
  const says = headSays(facts, versionFacts(held.version), {
    head: coded ? undefined : headerOf(head.headers, 'content-length'),
    stored,
  })
  // RFC 9111 4.4: what was invalidated has to be validated, and an answer that names no version does not.
  const isValidated = facts.etag !== undefined || facts.lastModified !== undefined || !isInvalidated(candidateOf(held))
  return says === 'freshens' && !isValidated ? 'nothing' : says
}
