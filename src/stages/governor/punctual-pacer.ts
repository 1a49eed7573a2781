import type { Clock } from '../../model/clock.ts'
import type { Pacer } from './pacer.ts'

/** Milliseconds. The gate asks a moment before the start that it knows of itself, so no answer takes longer by right. */
const PATIENCE = 1_000

/**
 * The libraries go by the time of day: set back by an hour, they would wait for an hour. One that keeps us waiting is made anew; until that
 * one has learned when the last starts were, the gate keeps the pace.
 */
export async function punctualPacer(open: () => Promise<Pacer>, clock: Clock): Promise<Pacer> {
  let pacer = await open()
  return {
    lasts: pacer.lasts,
    next: async () => {
      const { promise, resolve, reject } = Promise.withResolvers<'late' | undefined>()
      const timer = clock.setTimeout(() => resolve('late'), PATIENCE)
      pacer.next().then(() => resolve(undefined), reject)
      const outcome = await promise.finally(() => timer.cancel())
      if (outcome === undefined) return
      pacer.close().catch(() => undefined)
      pacer = await open()
    },
    close: () => pacer.close(),
  }
}
