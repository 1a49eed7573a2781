import type { Ground } from './create-storage.ts'
import type { Care, Storage } from './house.ts'
import type { AtFirstUse } from './model/at-first-use.ts'
import { CatchUp } from './stages/tiers/catch-up.ts'
import { Schedule } from './stages/tiers/upkeep/schedule.ts'

type Grounds = Ground & { readonly closing: AbortController; readonly care: AtFirstUse<Care> }

/** What comes by itself, later: the next sweep, and what a tier has missed. */
export function buildBehind(
  { clock, report, background, closing, care }: Grounds,
  { tiers }: Storage,
): { readonly schedule: Schedule; readonly catchUp: CatchUp } {
  const schedule = new Schedule({
    clock,
    report,
    background: (work) => background.run(work, () => undefined),
    sweep: (every) => care.use(({ upkeep }) => upkeep.sweepDue(every)),
  })
  closing.signal.addEventListener('abort', () => schedule.end())
  const catchUp = new CatchUp(tiers.writable, {
    bring: (key, tier) => care.use(({ upkeep }) => upkeep.bring(key, tier)),
    clock,
    report,
    background: (work) => background.run(work, () => undefined),
  })
  return { schedule, catchUp }
}
