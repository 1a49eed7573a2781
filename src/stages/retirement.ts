import type { Call } from '../model/call.ts'
import type { Clock } from '../model/clock.ts'
import type { Report } from '../model/events.ts'
import type { EntryRecord, Stamp } from '../model/record.ts'
import type { Held } from '../model/rooms.ts'
import { withoutVersions } from '../policy/removal.ts'
import { removable } from '../policy/retention.ts'

export interface RetirementRooms {
  readonly write: (entry: EntryRecord) => Promise<unknown>
  /** Work that no caller waits for. */
  readonly background: (work: Promise<unknown>) => void
  readonly stamps: { next(): Stamp }
  readonly clock: Clock
  readonly report: Report
}

/** Where a version came, those beyond what is to be kept go, behind the answer. */
export class Retirement {
  readonly #rooms: RetirementRooms

  constructor(rooms: RetirementRooms) {
    this.#rooms = rooms
  }

  after(call: Call, { entry, tier }: Held): void {
    const { clock, stamps, report, write, background } = this.#rooms
    const gone = new Set(removable(entry, call.settings.versions, clock.now()))
    if (gone.size === 0) return
    const removal = withoutVersions(entry, gone, stamps.next())
    background(write(removal))
    for (const { versions } of removal.variants) {
      for (const { id, size = 0 } of versions)
        report('evicted', () => ({ key: call.key, tier: tier ?? '', version: id, bytes: size }))
    }
  }
}
