import { chunksOf, piecesOf } from '../../model/body-chunks.ts'
import type { Served, StoredBody } from '../../model/rooms.ts'
import type { ByteRange } from '../../policy/byte-ranges.ts'

/** Largest piece of a stored body handed out at once: a copy, so that nobody can change what others read. */
const PIECE = 64 * 1024

/** From here on a stream costs a reader no more time than bytes do; of bytes the platform holds two copies for as long as nobody reads them. */
const LARGE = 32 * 1024

/** What a Response takes for its body. */
export type ResponseBody = ConstructorParameters<typeof Response>[0]

/** As in presence.ts: the process stays while a caller waits for the next piece. */
export interface Presence {
  during<T>(work: Promise<T>): Promise<T>
}

/** A body as a Response takes it: bytes at once, or a stream that is read as the caller reads. */
export function bodyOf(body: Served['body'], presence: Presence, parts?: readonly Part[]): ResponseBody {
  if (parts?.length === 0) return null
  if (parts !== undefined && !(Symbol.asyncIterator in body)) return partsOf(body, parts, presence)
  if (body instanceof Uint8Array && body.length > LARGE) return streamOf(pieces(body), { presence })
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

/** Reads a body chunk by chunk, each checked before a byte of it is handed out. */
async function* pieces(body: Uint8Array | StoredBody, part?: ByteRange): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunksOf(body, part)) yield* piecesOf(chunk, PIECE)
}

/** A part of a stored body, or text between two. */
type Part = ByteRange | string

function partsOf(body: Uint8Array | StoredBody, parts: readonly Part[], presence: Presence): ResponseBody {
  if (!(body instanceof Uint8Array)) return streamOf(partPieces(body, parts), { presence, end: body.hold() })
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : body.subarray(part.from, part.to + 1))),
  )
}

async function* partPieces(body: StoredBody, parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (typeof part === 'string') yield Buffer.from(part)
    else yield* pieces(body, part)
  }
}
