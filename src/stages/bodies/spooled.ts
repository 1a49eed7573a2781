import { dropped } from '../../model/dropped.ts'
import { CHUNK_SIZE } from '../../model/record.ts'
import type { StoredBody } from '../../model/rooms.ts'
import { SinkBody } from './left.ts'
import type { Sink } from './sinks.ts'
import { SpoolSink } from './spool.ts'

/** Files open at one time for bodies that nobody may ever read. Beyond it a body stays in memory for as long as somebody holds it. */
const MOST_OPEN = 256

/** A body that has come to its end: in memory, at rest, or both. */
export interface Left {
  readonly bytes: Uint8Array | undefined
  readonly sink: Sink | undefined
  readonly size: number
  /** Resolves when nobody follows its writer any more. */
  readonly unread: () => Promise<void>
}

/**
 * Bodies that a memory tier holds, with their copy in a spool. A Response that is kept and not read costs a file then and no memory: its
 * bytes go when their tier lets them go, and are read from the file after that.
 */
export class Spools {
  #open = 0

  bodyOf({ bytes, sink, size, unread }: Left, where: 'on disk too' | 'in memory alone'): Uint8Array | StoredBody {
    if (bytes === undefined) return this.#alone({ bytes, sink: sink as Sink, size, unread })
    if (sink === undefined || sink.bodyId !== undefined) return bytes
    if (sink instanceof SpoolSink && where === 'on disk too' && this.#open < MOST_OPEN) return this.#both(bytes, sink)
    // The copy goes with the last of those who follow the writer.
    unread()
      .then(() => sink.discard())
      .catch(() => undefined)
    return bytes
  }

  #alone(left: Left & { sink: Sink }): StoredBody {
    const body = new SinkBody(left)
    // A Response of which nobody looks at more than the status has the only copy.
    if (left.sink.bodyId === undefined) dropped.register(body, closing(left.sink))
    return body
  }

  #both(bytes: Uint8Array, sink: SpoolSink): StoredBody {
    const body = new SpooledBody(bytes, sink)
    this.#open++
    dropped.register(
      body,
      closing(sink, () => this.#open--),
    )
    return body
  }
}

/** Made apart from the body, which it would keep. Nobody waits for a spool to close, and one that cannot be closed is closed by the process's end. */
function closing(sink: Sink, and?: () => void): () => void {
  return () => {
    and?.()
    sink.discard().catch(() => undefined)
  }
}

class SpooledBody implements StoredBody {
  readonly size: number
  readonly #bytes: WeakRef<Uint8Array>
  readonly #sink: SpoolSink

  constructor(bytes: Uint8Array, sink: SpoolSink) {
    this.size = bytes.length
    this.#bytes = new WeakRef(bytes)
    this.#sink = sink
  }

  async chunk(n: number): Promise<Uint8Array> {
    const bytes = this.#bytes.deref()
    return bytes === undefined ? this.#sink.chunk(n) : bytes.subarray(n * CHUNK_SIZE, (n + 1) * CHUNK_SIZE)
  }

  /** The file is closed when nobody has this body any more, read or not. */
  hold(): () => void {
    return () => undefined
  }
}
