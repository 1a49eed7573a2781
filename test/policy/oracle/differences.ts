import type { Case } from './case.ts'
import type { Difference } from './difference.ts'
import { FRESHNESS } from './freshness.ts'
import type { Question } from './opinions.ts'
import { READING } from './reading.ts'
import { REUSING } from './reusing.ts'
import { STORING } from './storing.ts'
import { TOLERATING } from './tolerating.ts'
import { VALIDATING } from './validating.ts'

/** All of them, in the order in which they are mended: what is read first comes first. */
export const DIFFERENCES: readonly Difference[] = [...READING, ...STORING, ...FRESHNESS, ...REUSING, ...TOLERATING, ...VALIDATING]

/** The case as http-cache-semantics would have to be told it, to decide as holdfast does. */
export function mended(given: Case, about: Question): Case {
  return DIFFERENCES.filter(({ touches }) => touches.includes(about)).reduce((told, { mended }) => mended(told, about), given)
}
