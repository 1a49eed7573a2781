import type { ManualClock } from '../../adapters/testing/index.ts'

export interface LosingClock extends ManualClock {
  /** The program had no turn for so long. */
  lose(ms: number): void
}

/** A clock whose timers come late: what was lost stands on it, and no timer has fired meanwhile. */
export function losing(hand: ManualClock): LosingClock {
  let lost = 0
  return {
    now: () => hand.now() + lost,
    monotonic: () => hand.monotonic() + lost,
    setTimeout: (fn, ms) => hand.setTimeout(fn, ms),
    advance: (ms) => hand.advance(ms),
    jump: (ms) => hand.jump(ms),
    get pending() {
      return hand.pending
    },
    lose: (ms) => {
      lost += ms
    },
  }
}
