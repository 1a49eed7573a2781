import type { Line } from '../../scenario.ts'
import type { Seen } from './origin.ts'
import type { Outcome } from './outcome.ts'

/** One client in one situation. */
export interface Measured extends Line {
  readonly row: string
  readonly situation: string
  readonly outcome: Outcome
  /** The client's own words. */
  readonly error: string | undefined
  readonly ms: number
  readonly requests: readonly Seen[]
}
