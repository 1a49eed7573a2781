import type { Clock } from '../model/clock.ts'
import type { Report } from '../model/events.ts'
import type { EntryRecord, Stamp } from '../model/record.ts'
import type { Keep, Retiring } from '../model/stages.ts'
import { isDeletedSince, removableHere } from '../policy/removal.ts'

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

  by({ rules, askedAt, known, isOvertaken }: Keep): Retiring {
    const { clock, stamps, isRead } = this.#rooms
    const stamp = stamps.next()
    return {
      stamp,
      isLate: (there) =>
        isOvertaken !== undefined &&
        (isOvertaken(askedAt) || isDeletedSince(there?.removed, askedAt, { now: clock.now(), by: stamp.by })),
      ids: (entry) => (rules === undefined ? [] : removableHere(entry, known, { rules, now: clock.now() })),
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
