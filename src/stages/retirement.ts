import type { Call } from '../model/call.ts'
import type { Clock } from '../model/clock.ts'
import type { Report } from '../model/events.ts'
import type { EntryRecord, Stamp } from '../model/record.ts'
import type { Held } from '../model/rooms.ts'
import { withoutVersions } from '../policy/removal.ts'
import { removable } from '../policy/retention.ts'

export interface RetirementRooms {
  readonly write: (entry: EntryRecord) => Promise<unknown>
  /** Whether this version's body is being read in this process. */
  readonly isRead: (entry: EntryRecord, id: string) => Promise<boolean>
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
    const { clock, background } = this.#rooms
    const ids = removable(entry, call.settings.versions, clock.now())
    if (ids.length > 0) background(this.#retire(entry, ids, tier ?? ''))
  }

  /** What somebody reads is left for the sweep. */
  async #retire(entry: EntryRecord, ids: readonly string[], tier: string): Promise<void> {
    const { stamps, report, write, isRead } = this.#rooms
    const read = await Promise.all(ids.map((id) => isRead(entry, id)))
    const gone = new Set(ids.filter((_, index) => read[index] === false))
    if (gone.size === 0) return
    const removal = withoutVersions(entry, gone, stamps.next())
    await write(removal)
    for (const { versions } of removal.variants) {
      for (const { id, size = 0 } of versions) report('evicted', () => ({ key: entry.key, tier, version: id, bytes: size }))
    }
  }
}
