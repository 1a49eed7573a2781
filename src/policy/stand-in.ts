import type { Call } from '../model/call.ts'
import type { ErrorCode } from '../model/errors.ts'
import type { Held } from '../model/rooms.ts'
import { isInsistent } from './course.ts'
import { insteadOf } from './fallback.ts'

/** Whether a request that fails this way is answered with what is stored. Who insists on the origin's word is not. */
export function standIn(
  call: Call,
  held: Held | undefined,
  { code, now }: { code: ErrorCode; now: number },
): 'there is one' | 'there is none' {
  if (held === undefined || isInsistent(call)) return 'there is none'
  return insteadOf({ code, transient: false }, held, { call, now })
}
