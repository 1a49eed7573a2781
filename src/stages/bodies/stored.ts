import { given } from '../../model/body-chunks.ts'
import { CHUNK_SIZE } from '../../model/record.ts'
import type { Loan, StoredBody } from '../../model/rooms.ts'
import type { Store } from '../../model/store.ts'
import type { Purpose } from '../../model/stored-body.ts'
import { Damaged, inFile, readChunk, unread } from './at-rest.ts'
import { ChunkInHand } from './chunk-in-hand.ts'
import { Lending } from './lending.ts'
import { once } from './readers.ts'

/** Where a body stands. */
export interface RestingPlace {
  readonly bodyId: string
  readonly size: number
}

/** A body under its id in a store. */
export class RestingBody implements StoredBody {
  readonly size: number
  readonly #store: Store
  readonly #place: RestingPlace
  readonly #hold: (why?: Purpose) => () => void
  readonly #damaged: () => void
  readonly #inHand = new ChunkInHand()
  readonly #lending: Lending | undefined
  #holders = 0

  constructor(
    store: Store,
    place: RestingPlace,
    { hold, damaged }: { hold: (why?: Purpose) => () => void; damaged: () => void },
  ) {
    this.size = place.size
    this.#store = store
    this.#place = place
    this.#hold = hold
    this.#damaged = damaged
    if (inFile(store, place.size))
      this.#lending = new Lending(Math.ceil(place.size / CHUNK_SIZE), (n, room) => this.#read(n, room))
  }

  async lend(n: number): Promise<Loan> {
    return this.#lending?.lend(n) ?? given(await this.chunk(n))
  }

  chunk(n: number): Promise<Uint8Array> {
    return this.#inHand.read(n, () => this.#read(n))
  }

  async #read(n: number, room?: Uint8Array): Promise<Uint8Array> {
    try {
      return await readChunk(this.#store, { ...this.#place, room }, n)
    } catch (error) {
      if (error instanceof Damaged) this.#damaged()
      throw unread(error)
    }
  }

  /** What is in hand goes with the last of those who read. */
  hold(why?: Purpose): () => void {
    const release = this.#hold(why)
    this.#holders++
    return once(() => {
      release()
      this.#holders--
      if (this.#holders === 0) this.#lending?.drop()
    })
  }
}
