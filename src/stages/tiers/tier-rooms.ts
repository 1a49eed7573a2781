import type { Clock } from '../../model/clock.ts'
import type { Report } from '../../model/events.ts'
import type { EntryRecord } from '../../model/record.ts'
import type { InHand } from './in-hand.ts'
import type { BodyRoom } from './placed.ts'

/** What a tier is handed. */
export interface TierRooms {
  readonly bodies: BodyRoom
  readonly report: Report
  readonly background: (work: Promise<unknown>) => void
  readonly clock: Clock
  /** Told of each write. */
  readonly wrote: (entry: EntryRecord) => void
  /** Where a store of this process alone is asked to hold what is pinned. */
  readonly pins: 'hold here' | 'hold elsewhere'
  /** Where nothing nearer remembers what was read of it. */
  readonly inHand?: InHand | undefined
}
