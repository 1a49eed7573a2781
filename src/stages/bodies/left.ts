import type { StoredBody } from '../../model/rooms.ts'
import type { Purpose } from '../../model/stored-body.ts'
import { unread } from './at-rest.ts'
import { ChunkInHand } from './chunk-in-hand.ts'
import { once } from './readers.ts'
import type { Sink } from './sinks.ts'

/** A body where its writer left it. What lives only in this process goes with its last reader, who may follow the writer. */
export class SinkBody implements StoredBody {
  readonly size: number
  readonly #sink: Sink
  /** Resolves when nobody follows its writer any more. */
  readonly #unread: () => Promise<void>
  readonly #inHand = new ChunkInHand()
  #holders = 0
  #wasRead = false

  constructor({ sink, size, unread }: { sink: Sink; size: number; unread: () => Promise<void> }) {
    this.#sink = sink
    this.size = size
    this.#unread = unread
  }

  chunk(n: number): Promise<Uint8Array> {
    return this.#inHand.read(n, () => this.#read(n))
  }

  async #read(n: number): Promise<Uint8Array> {
    try {
      return await this.#sink.chunk(n)
    } catch (error) {
      throw unread(error)
    }
  }

  hold(why: Purpose = 'to read'): () => void {
    this.#holders++
    return once(() => {
      this.#holders--
      // A copy may be done before the one for whom the body was downloaded has begun.
      this.#wasRead ||= why !== 'to copy'
      if (this.#wasRead && this.#holders === 0 && this.#sink.bodyId === undefined) this.#letGo()
    })
  }

  /** Nobody waits for a spool to close, and one that cannot be closed is closed by the process's end. */
  #letGo(): void {
    this.#unread()
      .then(() => this.#sink.discard())
      .catch(() => undefined)
  }
}
