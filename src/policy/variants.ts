import type { Call } from '../model/call.ts'
import type { VariantRecord } from '../model/record.ts'
import type { ResponseHead } from '../model/rooms.ts'
import { ALWAYS_CREDENTIALS } from './cache-key.ts'
import { headFacts } from './candidate.ts'
import { allNamed } from './shared-facts.ts'
import { type Asking, variantOf } from './vary.ts'

/** RFC 9111 4.1: the variants whose nominated headers have the values of this request. */
export function matchingVariants(variants: readonly VariantRecord[], request: Asking): readonly VariantRecord[] {
  const [only] = variants
  if (variants.length === 1 && only !== undefined && only.vary.length === 0) return variants
  return variants.filter(({ vary, values }) => vary.length === 0 || variantOf(vary, request) === values)
}

/** RFC 9211 2.2: what is missing where nothing of an entry answers. 'miss': what is for this request was refused, or is not what its caller knows. */
export function absenceIn(variants: readonly VariantRecord[], request: Asking): 'uri-miss' | 'vary-miss' | 'miss' {
  if (variants.length === 0) return 'uri-miss'
  return matchingVariants(variants, request).length === 0 ? 'vary-miss' : 'miss'
}

/**
 * The requests that an answer is for. Where the caller names the principal, a 401 is for those with the same credentials all the same: it
 * speaks of them (RFC 9110 15.5.2), and who asks again with a new token is not told of the old one.
 */
export function variantFor(call: Call, head: ResponseHead): Pick<VariantRecord, 'vary' | 'values'> {
  const isOfToken = head.status === 401 && call.settings.partition !== undefined
  const named = headFacts(head).vary
  const vary = isOfToken ? allNamed([...named, ...ALWAYS_CREDENTIALS, ...call.credentialHeaders]) : named
  return { vary, values: variantOf(vary, call) }
}
