import { chunksOf } from '../../model/body-chunks.ts'
import { HoldfastError } from '../../model/errors.ts'
import { CHUNK_SIZE } from '../../model/record.ts'
import type { Loan, StoredBody } from '../../model/rooms.ts'
import type { Store } from '../../model/store.ts'
import { Chunk } from './chunk.ts'
import { ChunkInHand } from './chunk-in-hand.ts'
import { Lending } from './lending.ts'
import { once } from './readers.ts'
import { Damaged, inFile, readChunk, type Sink, StoreSink } from './sinks.ts'

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
  readonly #hold: () => () => void
  readonly #damaged: () => void
  readonly #inHand = new ChunkInHand()
  readonly #lending: Lending | undefined
  #holders = 0

  constructor(store: Store, place: RestingPlace, { hold, damaged }: { hold: () => () => void; damaged: () => void }) {
    this.size = place.size
    this.#store = store
    this.#place = place
    this.#hold = hold
    this.#damaged = damaged
    if (inFile(store, place.size))
      this.#lending = new Lending(Math.ceil(place.size / CHUNK_SIZE), (n, room) => this.#read(n, room))
  }

  async lend(n: number): Promise<Loan> {
    return this.#lending?.lend(n) ?? { bytes: await this.chunk(n), end: () => undefined }
  }

  chunk(n: number): Promise<Uint8Array> {
    return this.#inHand.read(n, () => this.#read(n))
  }

  async #read(n: number, room?: Uint8Array): Promise<Uint8Array> {
    try {
      return await readChunk(this.#store, { ...this.#place, room }, n)
    } catch (error) {
      if (error instanceof Damaged) this.#damaged()
      throw error instanceof HoldfastError ? error : new HoldfastError('STORE', (error as Error).message, { cause: error })
    }
  }

  /** What is in hand goes with the last of those who read. */
  hold(): () => void {
    const release = this.#hold()
    this.#holders++
    return once(() => {
      release()
      this.#holders--
      if (this.#holders === 0) this.#lending?.drop()
    })
  }
}

/** Copies a body into another store, under an id of its own there. */
export async function copied(body: Uint8Array | StoredBody, to: Store): Promise<string> {
  const sink = new StoreSink(to, to.maxEntryBytes ?? Number.POSITIVE_INFINITY)
  // From the beginning: where it stands in a spool alone, it goes with whoever reads it last.
  const release = body instanceof Uint8Array ? undefined : body.hold('to copy')
  let n = 0
  try {
    for await (const chunk of chunksOf(body)) await sink.append(Chunk.of(chunk), n++)
    if (!(await sink.stands())) throw new Damaged(`${to.name}: the body at rest is not as long as what was written`)
    return sink.bodyId
  } catch (error) {
    // What is left of it in a store that fails is found by a sweep.
    sink.discard().catch(() => undefined)
    throw error
  } finally {
    release?.()
  }
}

/** A body where its writer left it. What lives only in this process goes with its last reader. */
export class SinkBody implements StoredBody {
  readonly size: number
  readonly #sink: Sink
  readonly #inHand = new ChunkInHand()
  #holders = 0
  #wasRead = false

  constructor(sink: Sink, size: number) {
    this.#sink = sink
    this.size = size
  }

  chunk(n: number): Promise<Uint8Array> {
    return this.#inHand.read(n, () => this.#sink.chunk(n))
  }

  hold(why: 'to read' | 'to copy' = 'to read'): () => void {
    this.#holders++
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#holders--
      // A copy may be done before the one for whom the body was downloaded has begun.
      this.#wasRead ||= why === 'to read'
      // Nobody waits for a spool to close, and one that cannot be closed is closed by the process's end.
      if (this.#wasRead && this.#holders === 0 && this.#sink.bodyId === undefined) this.#sink.discard().catch(() => undefined)
    }
  }
}
