import type { EntryRecord } from '../model/record.ts'
import type { Found } from '../model/rooms.ts'
import type { RefreshSettings, Settings } from '../model/settings.ts'
import { cooldownOf } from './dead-end.ts'

/** A schedule: every so often, or by a calendar. */
export type Schedule = Exclude<RefreshSettings, false>

/** What happened to an entry of late. Epoch milliseconds. */
export interface Touched {
  /** The origin last confirmed what is stored. */
  readonly checkedAt: number | undefined
  /** A series of attempts last failed. */
  readonly failedAt: number | undefined
  /** This process last did what was due, whatever came of it; or it began to count there. */
  readonly triedAt: number | undefined
}

/** What the tiers say of it. */
export function touched({ entry, held }: Found, triedAt: number | undefined): Touched {
  return { checkedAt: held?.ref.checkedAt, failedAt: lastFailure(entry), triedAt }
}

/** A stamp may be some thousandths past the clock. */
function lastFailure(entry: EntryRecord | undefined): number | undefined {
  const at = entry?.failures?.at(-1)?.at
  return at === undefined ? undefined : Math.floor(at)
}

/** Clocks of several machines may be so far apart, in ms: what one did at its time, another whose clock is behind does not do again. */
const SKEW = 60_000

/** What is noted further ahead was so before the clock was set back: how far off it is counts as how long ago, as it does for an age. */
const asPast = (moment: number, now: number): number => (moment - now > SKEW ? 2 * now - moment : moment)

/**
 * When an entry is to be refreshed; in the past where that was missed, however often: it is done once. A failure stands for the time that
 * was due before it, and puts off what is due in its cool-down. `after` gives the first time of the schedule behind a moment.
 */
export function dueAt(
  { checkedAt = Number.NEGATIVE_INFINITY, failedAt = Number.NEGATIVE_INFINITY, triedAt = Number.NEGATIVE_INFINITY }: Touched,
  settings: Settings,
  { after, now }: { after: (moment: number) => number; now: number },
): number {
  const [checked = 0, failed = 0, tried = 0] = [checkedAt, failedAt, triedAt].map((moment) => asPast(moment, now))
  const due = after(Math.max(checked, tried))
  if (failed <= checked) return due
  const next = failed >= due ? after(failed) : due
  return Math.max(next, failed + cooldownOf(settings))
}

/** Whether two say the same: options of a call are read anew with each. */
export function isSame(one: Schedule, other: Schedule): boolean {
  if (one === other) return true
  if ('every' in one) return 'every' in other && one.every === other.every
  return 'cron' in other && one.cron === other.cron && one.timezone === other.timezone && one.runAtStart === other.runAtStart
}
