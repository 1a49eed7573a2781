import type { Pace } from '../../model/limits.ts'
import type { Pacer } from './pacer.ts'

/** Paces by the sliding window of p-queue: for what is too fast for bottleneck, and to leave that one behind some day. */
export async function windowPacer({ starts, within }: Pace): Promise<Pacer> {
  const { default: PQueue } = await import('p-queue')
  const queue = new PQueue({ interval: within, intervalCap: starts, strict: true })
  return {
    lasts: Number.POSITIVE_INFINITY,
    next: () => queue.add(() => undefined),
    close: async () => queue.clear(),
  }
}
