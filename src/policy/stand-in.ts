import { AttemptFailure } from '../model/attempt-failure.ts'
import type { Call } from '../model/call.ts'
import type { ErrorCode } from '../model/errors.ts'
import type { Held } from '../model/rooms.ts'
import { candidateOf } from './candidate.ts'
import { fallsBack } from './fallback.ts'
import { mayServeStale, staleForOf } from './staleness.ts'

/** Whether a request that fails this way is answered with what is stored. Who insists on the origin's word is not. */
export function standIn(
  call: Call,
  held: Held | undefined,
  { code, now }: { code: ErrorCode; now: number },
): 'there is one' | 'there is none' {
  if (held === undefined || call.cache === 'reload' || call.cache === 'no-cache') return 'there is none'
  const failure = new AttemptFailure(code, '', { retry: 'never' })
  const candidate = candidateOf(held)
  const staleFor = staleForOf(candidate, call.settings, now)
  return fallsBack(failure, call, { staleFor, stale: mayServeStale(candidate, call, now) }) === 'yes'
    ? 'there is one'
    : 'there is none'
}
