import type { Call } from '../model/call.ts'
import type { LiveVersion } from '../model/record.ts'
import type { ResponseFacts } from '../model/response-facts.ts'
import type { Held, ResponseHead } from '../model/rooms.ts'
import { judge, type Verdict } from './judge.ts'
import { factsOf } from './response-facts.ts'
import type { Candidate } from './staleness.ts'

/** What the headers of a stored version say: parsed before where the record is live. */
export function versionFacts(version: LiveVersion): ResponseFacts {
  return version.facts ?? factsOf(version, version.checkedAt)
}

/** What the headers of an answer say that has just come. */
export function headFacts(head: ResponseHead): ResponseFacts {
  return head.facts ?? factsOf(head, head.receivedAt)
}

/** What judging needs of a stored version. */
export function candidateOf({ entry, version }: Held): Candidate {
  const { requestedAt, checkedAt } = version
  const { invalidatedAt } = entry
  return { facts: versionFacts(version), requestedAt, checkedAt, ...(invalidatedAt !== undefined && { invalidatedAt }) }
}

export function judgeHeld(held: Held | undefined, call: Call, now: number): Verdict {
  return judge(held === undefined ? undefined : candidateOf(held), call, now)
}

/** Whether it is the answer, wherever else there may be one. What is taken at any age may be known to have been renewed elsewhere. */
export function isEnough({ version, ref }: Held, { name, staleFor }: Verdict): boolean {
  return name === 'fresh' && (staleFor === 0 || version.checkedAt >= ref.checkedAt)
}

/** The verdict in the word of its event: what offline and the like take at any age is told as what it is. */
export function verdictWord({ name, staleFor }: Verdict): Verdict['name'] {
  return name === 'fresh' && staleFor > 0 ? 'stale' : name
}
