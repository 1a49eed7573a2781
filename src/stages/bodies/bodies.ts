import type { StoredBody } from '../../model/rooms.ts'
import type { Store } from '../../model/store.ts'
import type { Purpose } from '../../model/stored-body.ts'
import { glanceAt } from './at-rest.ts'
import { Readers, together } from './readers.ts'
import { RestingBody, type RestingPlace } from './stored.ts'

/** The room of the bytes: bodies at rest, and who reads them. How they come there: arrivals.ts. */
export class Bodies {
  readonly #hold: (store: Store, why?: Purpose) => () => void
  readonly #readers = new Readers()

  constructor(hold: (store: Store, why?: Purpose) => () => void) {
    this.#hold = hold
  }

  /** Whether anybody in this process reads it. */
  isRead(bodyId: string): boolean {
    return this.#readers.isRead(bodyId)
  }

  /** One who reads behind a writer. `begun`: ids of the bodies that it goes on with, or begins. */
  follow(stores: readonly Store[], begun: readonly string[], why: Purpose): () => void {
    return together([...stores.map((store) => this.#hold(store, why)), this.#readers.follow(begun)])
  }

  /** The body of a version, where it stands in `store`. `damaged` is told when a chunk is missing or wrong. */
  open(store: Store, place: RestingPlace, damaged: () => void): StoredBody {
    const hold = (why?: Purpose): (() => void) => together([this.#hold(store, why), this.#readers.read(place.bodyId)])
    return new RestingBody(store, place, { hold, damaged })
  }

  /** All of a small body at once; undefined where only reading it can tell. */
  glance(store: Store, place: { bodyId: string; size: number }): Uint8Array | undefined {
    return glanceAt(store, place)
  }
}
