import type { Call } from '../model/call.ts'
import type { EntryRecord } from '../model/record.ts'
import type { Held } from '../model/rooms.ts'
import type { Verdict } from './judge.ts'
import { mayNotAsk } from './passing.ts'

/**
 * Where a call goes after the look-up. 'answer': the stored version as it is. 'answer-and-refresh': it, while it is refreshed behind.
 * 'fall back': the origin failed a moment ago. 'not-cached': nothing may be sent, and nothing is stored. 'pass': nothing is stored of it.
 * 'obtain': ask the origin.
 */
export type Course = 'answer' | 'answer-and-refresh' | 'fall back' | 'not-cached' | 'pass' | 'obtain'

/** True while the last series of attempts that failed is younger than the cool-down, and nothing came since, nor a word that it is to be asked again. */
function isCooling(entry: EntryRecord | undefined, held: Held, { now, cooldown }: { now: number; cooldown: number }): boolean {
  const failure = entry?.failures?.at(-1)
  if (failure === undefined) return false
  // A stamp may be some thousandths past the clock, which says what came last among stamps only.
  const at = Math.floor(failure.at)
  return at > Math.max(held.ref.checkedAt, held.entry.invalidatedAt ?? 0) && now - at < cooldown && now >= at
}

/** Whether a caller wants the origin asked, whatever was heard of it a moment ago. */
export const isInsistent = ({ cache }: Pick<Call, 'cache'>): boolean => cache === 'reload' || cache === 'no-cache'

export function course(
  verdict: Verdict,
  call: Call,
  stored: { entry: EntryRecord | undefined; held: Held | undefined; now: number },
): Course {
  const { settings } = call
  if (verdict.name === 'fresh') return 'answer'
  if (mayNotAsk(call) || verdict.reason === 'only-if-cached') return 'not-cached'
  if (verdict.name === 'bypass') return 'pass'
  if (settings.fallback !== false && stored.held !== undefined && !isInsistent(call)) {
    if (isCooling(stored.entry, stored.held, { now: stored.now, cooldown: settings.fallback.cooldown })) return 'fall back'
  }
  return onward(verdict)
}

/** Where a call goes for which there is something stale, or nothing: also in a cool-down, where what is stored is nothing to fall back to. */
export function onward({ name }: Verdict): 'answer-and-refresh' | 'obtain' {
  return name === 'stale-while-revalidate' ? 'answer-and-refresh' : 'obtain'
}
