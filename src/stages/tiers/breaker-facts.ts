import type { Clock } from '../../model/clock.ts'
import type { Report } from '../../model/events.ts'

/** A store that can be read may be full, and one whose writes are held up by somebody may still be read. */
export type Side = 'read' | 'write'

export interface BreakerFacts {
  readonly clock: Clock
  readonly report: Report
  /** As events and inspections name it. */
  readonly name: string
  /** Milliseconds that a call may take. */
  readonly limit: number
  /** Over the network there is one reason for silence on both sides. */
  readonly remote: boolean
  /** The smallest call of each side; undefined where there is no such side. */
  readonly probes: Readonly<Record<Side, (() => Promise<unknown>) | undefined>>
}
