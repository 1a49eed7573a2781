import type { RequestFacts } from '../model/call.ts'
import type { VariantRecord } from '../model/record.ts'
import { variantOf } from './vary.ts'

/** RFC 9111 4.1: the variants whose nominated headers have the values of this request. */
export function matchingVariants(
  variants: readonly VariantRecord[],
  request: RequestFacts,
  secret: ReadonlySet<string>,
): readonly VariantRecord[] {
  const [only] = variants
  if (variants.length === 1 && only !== undefined && only.vary.length === 0) return variants
  return variants.filter(({ vary, values }) => vary.length === 0 || variantOf(vary, request, secret) === values)
}
