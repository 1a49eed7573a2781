import { CHUNK_SIZE } from '../../model/record.ts'
import type { Served, StoredBody } from '../../model/rooms.ts'

/** Largest piece of a stored body handed out at once: a copy, so that nobody can change what others read. */
const PIECE = 64 * 1024

/** What a Response takes for its body. */
export type ResponseBody = ConstructorParameters<typeof Response>[0]

/** As in presence.ts: the process stays while a caller waits for the next piece. */
export interface Presence {
  during<T>(work: Promise<T>): Promise<T>
}

/** A body as a Response takes it: bytes at once, or a stream that is read as the caller reads. */
export function bodyOf(body: Served['body'], presence: Presence): ResponseBody {
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>
  return Symbol.asyncIterator in body ? streamOf(body, { presence }) : streamOf(pieces(body), { presence, end: body.hold() })
}

/**
 * A byte stream over a source. Pieces are copied out: an enqueued buffer is detached from its owner, and nobody may change what others
 * read. `end` is called once, when the stream has ended, broken, or been left, read from or not.
 */
function streamOf(
  source: AsyncIterable<Uint8Array>,
  { presence, end = () => undefined }: { presence: Presence; end?: () => void },
): ReadableStream<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]()
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      try {
        const next = await presence.during(nextPiece(iterator))
        if (next.done !== true) return controller.enqueue(new Uint8Array(next.value))
        controller.close()
        controller.byobRequest?.respond(0)
      } catch (error) {
        end()
        throw error
      }
      end()
    },
    async cancel() {
      end()
      await iterator.return?.()
    },
  })
}

async function nextPiece(iterator: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  for (;;) {
    const next = await iterator.next()
    if (next.done === true || next.value.length > 0) return next
  }
}

/** Reads a stored body chunk by chunk, each checked before a byte of it is handed out. */
async function* pieces(body: StoredBody): AsyncGenerator<Uint8Array> {
  for (let n = 0; n * CHUNK_SIZE < body.size; n++) {
    const chunk = await body.chunk(n)
    for (let from = 0; from < chunk.length; from += PIECE) yield chunk.subarray(from, from + PIECE)
  }
}
