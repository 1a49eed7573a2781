import type { Clock } from '../../model/clock.ts'
import type { Pacer } from './pacer.ts'

/** Where the processes that share their rates meet. */
export interface Place {
  /** As events name it. */
  readonly name: string
  /** Resolves when one more may start in a bucket whose starts are so many milliseconds apart, over all who share it. Rejects soon when the place cannot be reached. */
  next(bucket: string, apart: number): Promise<void>
  /** Rejects where what it is built on is not there at all, and never will be by itself. */
  prepare?(): Promise<void>
  close(): Promise<void>
}

/** Milliseconds for which a place that could not be reached is left alone. */
const REST = 5_000

/** A start that was granted by the shared place goes by when it is not used at once: the next one may be another process's. */
const LASTS = 50

interface SharedFacts {
  readonly clock: Clock
  /** Of the place, for all its buckets: until then, in monotonic milliseconds, it is left alone. */
  readonly rest: { until: number }
  readonly lost: (error: Error) => void
}

/** Asks the shared place; while that is gone, this process keeps the rate by itself, which is less than was asked for and more than nothing. */
export function sharedPacer(ask: () => Promise<void>, local: Pacer, { clock, rest, lost }: SharedFacts): Pacer {
  let isClosed = false
  return {
    lasts: LASTS,
    next: async () => {
      if (clock.monotonic() >= rest.until) {
        try {
          return await ask()
        } catch (error) {
          // It was let go, not lost.
          if (isClosed) throw error
          rest.until = clock.monotonic() + REST
          lost(error as Error)
        }
      }
      return local.next()
    },
    close: () => {
      isClosed = true
      return local.close()
    },
  }
}
