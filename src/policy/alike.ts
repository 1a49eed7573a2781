import { headerOf } from '../model/headers.ts'
import type { ResponseHead } from '../model/rooms.ts'
import { headFacts } from './candidate.ts'

/** Who follows a body has its status and headers already: an error page, another version, or a thing of another type, is not to come under them. */
export function isAlike(one: ResponseHead, other: ResponseHead): boolean {
  return one.status === other.status && typeOf(one) === typeOf(other) && validatorOf(one) === validatorOf(other)
}

const typeOf = ({ headers }: ResponseHead): string | undefined => headerOf(headers, 'content-type')

/** The tag without what servers add to it for a coding, as Apache does: a coded body that broke is asked for plain. Else the date. */
function validatorOf(head: ResponseHead): string | undefined {
  const { etag, lastModified } = headFacts(head)
  return etag?.opaque.replace(/(?:--?|;)(?:gzip|br|deflate)"$/, '"') ?? lastModified?.text
}
