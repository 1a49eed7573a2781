import type { Line } from '../../scenario.ts'
import type { Cost } from './gauge.ts'

/** Of this CPU time of its own in one go the event loop may be kept by us, in milliseconds. */
export const GATE = 50

/** One work over a cache of one size, the filling of it, or one way to download. */
export interface Measured extends Line {
  readonly part: 'filling' | 'work' | 'miss'
  readonly work: string
  /** Entries in the cache; of a miss, downloads. */
  readonly entries: number
  readonly atOnce?: number
  readonly cost: Cost
  readonly result: string
}
