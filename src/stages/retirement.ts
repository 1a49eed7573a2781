import type { Clock } from '../model/clock.ts'
import type { Report } from '../model/events.ts'
import type { EntryRecord, Stamp } from '../model/record.ts'
import type { Keep } from '../model/stages.ts'
import { isDeletedSince } from '../policy/removal.ts'
import { removable } from '../policy/retention.ts'

/** What goes with one write. */
export interface Retiring {
  readonly stamp: Stamp
  /** Whether what comes has been deleted since it was asked for, by what is known of its entry: then nothing is written. */
  readonly isLate: (known: EntryRecord | undefined) => boolean
  /** The ids of versions that may go now that the entry is like this. */
  readonly ids: (entry: EntryRecord) => readonly string[]
  /** Whether this version's body is being read in this process: it is left for the sweep. */
  readonly isRead: (entry: EntryRecord, id: string) => Promise<boolean>
}

export interface RetirementRooms {
  readonly isRead: Retiring['isRead']
  readonly stamps: { next(): Stamp }
  readonly clock: Clock
  readonly report: Report
}

/** Where a version came, those beyond what is to be kept go, in the same write. */
export class Retirement {
  readonly #rooms: RetirementRooms

  constructor(rooms: RetirementRooms) {
    this.#rooms = rooms
  }

  by({ rules, askedAt, isOvertaken }: Keep): Retiring {
    const { clock, stamps, isRead } = this.#rooms
    const stamp = stamps.next()
    return {
      stamp,
      isLate: (known) =>
        isOvertaken !== undefined &&
        (isOvertaken(askedAt) || isDeletedSince(known?.removed, askedAt, { now: clock.now(), by: stamp.by })),
      ids: (entry) => (rules === undefined ? [] : removable(entry, rules, clock.now())),
      isRead,
    }
  }

  /** Each loss is an event. */
  tell({ key, variants }: EntryRecord, { stamp }: Retiring, tier: string | undefined): void {
    const gone = variants.flatMap(({ versions }) =>
      versions.filter(({ removed }) => removed?.at === stamp.at && removed.by === stamp.by),
    )
    for (const { id, size = 0 } of gone)
      this.#rooms.report('evicted', () => ({ key, tier: tier ?? '', version: id, bytes: size }))
  }
}
