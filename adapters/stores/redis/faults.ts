import { HoldfastError } from '../../../src/model/errors.ts'
import { storeFailure } from '../failures.ts'
import type { Secrets } from './secrets.ts'

/** What the words that Redis begins its refusals with mean, and what helps. Inside a script they stand in the middle. */
const CURES: readonly (readonly [RegExp, string])[] = [
  [/\bOOM\b/, 'the server is full: it has reached its maxmemory. Raise it, or choose a maxmemory-policy that evicts'],
  [/\bREADONLY\b/, 'this server is a replica that takes no writes; give the address of the primary, or of its sentinels'],
  [/\bLOADING\b/, 'the server has just started and is still reading its data'],
  [/\b(NOAUTH|WRONGPASS)\b|invalid password/i, 'the server did not accept the user name and password'],
  [/\bNOPERM\b/, 'this user may not do that (see the ACL of the server)'],
  [/\bMISCONF\b/, 'the server cannot write its own files and has stopped taking writes'],
  [/\b(CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS)\b/, 'the servers are changing roles, or some of them are down'],
  [/\bCROSSSLOT\b/, 'this is a cluster reached as if it were one server; give { rootNodes } or a cluster client'],
  [/\bBUSY\b/, 'the server is busy with a script of somebody'],
  [/unknown command/i, 'the server is too old or restricted: Redis 6 or later with scripts (EVAL) is needed'],
]

/** The failure as a caller sees it: what it means, and Redis's own words without secrets. */
export function explained(error: unknown, secrets: Secrets): HoldfastError {
  if (error instanceof HoldfastError) return error
  const words = wordsOf(error)
  const shown = secrets.hidden(words)
  const cure = CURES.find(([sign]) => sign.test(words))?.[1] ?? 'the server did not do it'
  // As a cause it would be printed with all that it says.
  return storeFailure(`redis: ${cure} (${shown})`, shown === words ? error : undefined)
}

/** What a failed attempt at several addresses says stands in its parts. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(wordsOf).join('; ')
  return error instanceof Error ? error.message || error.name : String(error)
}
