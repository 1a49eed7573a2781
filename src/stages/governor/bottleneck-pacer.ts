import type Bottleneck from 'bottleneck'
import type { Clock } from '../../model/clock.ts'
import type { Pace } from '../../model/limits.ts'
import type { Pacer } from './pacer.ts'

/**
 * Paces by bottleneck. One at a time is its minimum time between jobs; of a burst each start takes from a reservoir, and gives back when
 * its own span is over: the library's own refresh goes by a heartbeat, and lets two bursts meet at its beat (SGrondin/bottleneck#153).
 */
export async function bottleneckPacer({ starts, within }: Pace, clock: Clock): Promise<Pacer> {
  const { default: Limiter } = await import('bottleneck')
  const limiter: Bottleneck = new Limiter(starts === 1 ? { minTime: within } : { reservoir: starts })
  const giveBack = (): void => {
    limiter.incrementReservoir(1).catch(() => undefined)
  }
  return {
    lasts: Number.POSITIVE_INFINITY,
    next: () =>
      limiter.schedule(async () => {
        if (starts > 1) clock.setTimeout(giveBack, within)
      }),
    // What waits there would keep the process alive.
    close: () => limiter.stop({ dropWaitingJobs: true }).catch(() => undefined),
  }
}
