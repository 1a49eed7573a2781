import type { Ground } from './create-storage.ts'
import type { Storage } from './house.ts'
import type { Call } from './model/call.ts'
import type { Stages } from './model/stages.ts'
import { renew } from './pipeline.ts'
import { take } from './stages/leases.ts'
import type { Responses } from './stages/response/response.ts'
import { Scheduler } from './stages/scheduler.ts'
import { settled } from './stages/tiers/unheard.ts'

type Grounds = Ground & { readonly responses: Responses; readonly closing: AbortController }

/** Of work behind a call, or without one, nobody is told but by this event. */
export function refreshFailed({ report, responses }: Pick<Grounds, 'report' | 'responses'>, call: Call, error: unknown): void {
  report('refresh-failed', () => ({ key: call.key, url: call.url, error: responses.told(error, call) }))
}

/** The room of what is done without a caller. */
export function buildScheduler(
  { clock, report, background, responses, closing }: Grounds,
  { tiers }: Storage,
  stages: Stages,
): Scheduler {
  return new Scheduler({
    clock,
    report,
    closing: closing.signal,
    background: (work) =>
      background.run(work, (error) =>
        report('warning', () => ({ key: '', url: '', warning: `a refresh could not be scheduled: ${(error as Error).message}` })),
      ),
    lookup: (call) => tiers.lookup(call, () => false),
    take: (storeKey, wish) => take({ ask: (ms) => tiers.lease(storeKey, ms), ...wish }, clock),
    // Its lease given back before that, another process would not find it yet, and do it once more.
    renew: async (call, found) => {
      try {
        return await renew(call, found, stages)
      } finally {
        await settled(tiers, [call.key])
      }
    },
    failed: (call, error) => refreshFailed({ report, responses }, call, error),
  })
}
