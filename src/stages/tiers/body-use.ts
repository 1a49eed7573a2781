import { isBytes } from '../../model/bytes.ts'
import type { Clock } from '../../model/clock.ts'
import { INLINE_LIMIT, type LiveVersion } from '../../model/record.ts'
import type { Guarded } from './guard.ts'
import type { Placed } from './placed.ts'

/** Milliseconds between two words that a body is in use: each reads a chunk of it. */
const EVERY = 10_000

interface BodyUseRooms {
  readonly clock: Clock
  readonly background: (work: Promise<unknown>) => void
  readonly version: (key: string, id: string) => Promise<Placed | undefined>
}

/**
 * A body that stands beside its record has a place of its own in a store's order of use. Hits out of memory do not read it there: it would be
 * given up first, under an entry that is used all the time. So it is read now and then, behind a hit.
 */
export class BodyUse {
  readonly #store: Guarded
  readonly #rooms: BodyUseRooms
  /** By the version as it stands in this process: monotonic ms. */
  readonly #notedAt = new WeakMap<LiveVersion, number>()

  constructor(store: Guarded, rooms: BodyUseRooms) {
    this.#store = store
    this.#rooms = rooms
  }

  /** A remote store makes room by rules of its own. */
  note(version: LiveVersion): void {
    if (version.size <= INLINE_LIMIT || this.#store.remote || this.#store.readOnly === true) return
    const now = this.#rooms.clock.monotonic()
    if (now - (this.#notedAt.get(version) ?? Number.NEGATIVE_INFINITY) < EVERY) return
    this.#notedAt.set(version, now)
    this.#rooms.background(this.#use(version))
  }

  /** What is in hand. */
  by<T extends Placed>(known: T | undefined): T | undefined {
    if (known !== undefined) this.note(known.version)
    return known
  }

  async #use({ key, id }: LiveVersion): Promise<void> {
    const { body } = (await this.#rooms.version(key, id)) ?? {}
    if (body !== undefined && !isBytes(body)) await body.chunk(0)
  }
}
