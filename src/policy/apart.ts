import type { Call } from '../model/call.ts'
import type { EntryRecord } from '../model/record.ts'
import type { Held } from '../model/rooms.ts'
import type { Apart } from '../model/stages.ts'
import { asOthersAsk } from './entry-policy.ts'
import { fallbackFrom } from './fallback.ts'
import type { Finding } from './guards.ts'
import { hasLabel } from './selection.ts'
import type { Chooser } from './version-choice.ts'

/** Why a guard refuses, in the words under which it is kept. */
export const guardReason = ({ guard, says }: Finding): string => `guard '${guard}': ${says}`

/** A guard's word gives way where there is nothing to fall back to; what a person, or the user's own code, refused stays refused. */
export const isGuardReason = (reason: string): boolean => /^guard '(?:format|shrink|shape)': /.test(reason)

/** Whether those who ask without options of their own would be answered with the version before, where this caller is not. */
export function spareForOthers(call: Call, entry: EntryRecord | undefined, { held, now }: { held: Held; now: number }): boolean {
  return fallbackFrom(held, asOthersAsk(call, entry), now) === 'there is one'
}

/** The version that these bytes are already. */
export function keptApart({ label }: Apart, digest: string): Chooser {
  return ({ variants }) => {
    for (const variant of variants) {
      const ref = variant.versions.find((one) => one.removed === undefined && one.digest === digest && hasLabel(one, label))
      if (ref !== undefined) return { variant, ref }
    }
    return undefined
  }
}
