import { inspect } from 'node:util'
import { HoldfastError } from '../../../src/model/errors.ts'
import { storeFailure } from '../failures.ts'
import type { Secrets } from './secrets.ts'

/** What the words that Redis begins its refusals with mean, and what helps. Inside a script they stand in the middle. */
const CURES: readonly (readonly [RegExp, string])[] = [
  [/\bOOM\b/, 'it is full: it has reached its maxmemory. Raise it, or choose a maxmemory-policy that evicts'],
  [/\bREADONLY\b/, 'it is a replica that takes no writes; give the address of the primary, or of its sentinels'],
  [/\bLOADING\b/, 'it has just started and is still reading its data'],
  [/\b(NOAUTH|WRONGPASS)\b|invalid password|without any password/i, 'it did not accept the user name and password'],
  [/\bNOPERM\b|ACL failure|user executing the script/, 'this user may not do that (see its ACL)'],
  [/\bMISCONF\b/, 'it cannot write its own files and has stopped taking writes'],
  [/\bWRONGTYPE\b/, 'somebody else has put a value of another type under one of our keys; choose a prefix of your own'],
  [/\b(CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS)\b/, 'servers are changing roles, or some are down'],
  [/\bCROSSSLOT\b|\bMOVED\b/, 'it is a cluster reached as if it were one server; give { rootNodes } or a cluster client'],
  [/\bBUSY\b/, "it is busy with somebody's script"],
  [/unknown command|syntax error/i, 'it is too old or restricted: Redis 6.2 or later with scripts (EVAL) is needed'],
  [
    /ECONN|ENOTFOUND|EAI_AGAIN|ENOENT|EPIPE|EHOST|ENET|ETIMEDOUT|socket|connect|offline|greet|closed|unavailable/i,
    'it cannot be reached',
  ],
]

/** The failure as a caller sees it: which server, what it means, and Redis's own words without secrets. */
export function explained(error: unknown, { where, secrets }: { where: string; secrets: Secrets }): HoldfastError {
  if (error instanceof HoldfastError) return error
  const words = wordsOf(error)
  const cure = CURES.find(([sign]) => sign.test(words))?.[1] ?? 'it did not do what it was asked'
  // Whoever prints a cause prints all that it has, as Node's errors about a URL have the URL.
  const all = inspect(error, { depth: 8 })
  return storeFailure(`redis (${where}): ${cure} (${secrets.hidden(words)})`, secrets.hidden(all) === all ? error : undefined)
}

/** What a failed attempt at several addresses says, and a transaction of which a command failed, stands in the parts. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(wordsOf).join('; ')
  if (!(error instanceof Error)) return String(error)
  const failed = 'replies' in error && Array.isArray(error.replies) ? error.replies.filter((reply) => reply instanceof Error) : []
  return failed.length > 0 ? failed.map(wordsOf).join('; ') : error.message || error.name
}
