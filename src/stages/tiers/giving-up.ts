import type { Report } from '../../model/events.ts'
import type { VersionRecord } from '../../model/record.ts'
import type { Store } from '../../model/store.ts'

interface GivingUpRooms {
  readonly store: Store
  readonly report: Report
  /** Says the entry once more, where the version goes along with it. */
  readonly sayAgain: (key: string) => Promise<void>
}

/**
 * A damaged body never heals: its version goes from this tier, so that the next look-up finds another or asks the origin, and so does
 * the word that these bytes are here, so that a fresh download is not given up for them.
 */
export class GivingUp {
  readonly #rooms: GivingUpRooms
  /** Several may find it at one time: it is told and done once. */
  readonly #underWay = new Map<string, Promise<void>>()

  constructor(rooms: GivingUpRooms) {
    this.#rooms = rooms
  }

  version(version: Pick<VersionRecord, 'key' | 'id' | 'digest' | 'url'>, versionKey: string): Promise<void> {
    const known = this.#underWay.get(versionKey)
    if (known !== undefined) return known
    const over = (): boolean => this.#underWay.delete(versionKey)
    const going = this.#go(version, versionKey).finally(over)
    this.#underWay.set(versionKey, going)
    return going
  }

  async #go({ key, id, digest, url }: Pick<VersionRecord, 'key' | 'id' | 'digest' | 'url'>, versionKey: string): Promise<void> {
    const warning = `${this.#rooms.store.name}: the body of version ${id} is damaged; the version is given up`
    this.#rooms.report('warning', () => ({ key, url, warning }))
    await this.#rooms.store.delete([versionKey, `h1:d:${digest}`])
    await this.#rooms.sayAgain(key)
  }
}
