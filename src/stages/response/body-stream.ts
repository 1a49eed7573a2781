import type { UnderlyingByteSource } from 'node:stream/web'
import { chunksOf, piecesOf } from '../../model/body-chunks.ts'
import type { Served, StoredBody } from '../../model/rooms.ts'
import type { ByteRange } from '../../policy/byte-ranges.ts'

/** Largest piece of a stored body handed out at once: a copy, so that nobody can change what others read. */
const PIECE = 64 * 1024

/** As in presence.ts: the process stays while a caller waits for the next piece. */
export interface Presence {
  during<T>(work: Promise<T>): Promise<T>
}

/** What a Response of ours reads from; absent where it has no body. */
export type BodySource = StreamSource | undefined

/** A body as a Response takes it: read as the caller reads. */
export function bodyOf(body: Served['body'], presence: Presence, parts?: readonly Part[]): BodySource {
  if (parts?.length === 0) return undefined
  if (Symbol.asyncIterator in body) return followed(body, presence)
  if (parts === undefined) return new RestingSource(body, presence)
  if (body instanceof Uint8Array) return new RestingSource(joined(body, parts), presence)
  return new StreamSource(() => partPieces(body, parts), { presence, end: body.hold() })
}

/** What is on its way is followed from now on, whenever it is read. */
export function followed(body: AsyncIterable<Uint8Array>, presence: Presence): StreamSource {
  const iterator = body[Symbol.asyncIterator]()
  return new StreamSource(() => iterator, { presence })
}

/**
 * The source of a byte stream, opened at the first pull. Pieces are copied out: an enqueued buffer is detached from its owner, and nobody may change what others
 * read. `end` is called once, when the stream has ended, broken, or been left, read from or not.
 */
export class StreamSource implements UnderlyingByteSource {
  readonly type = 'bytes'
  readonly #open: () => AsyncIterator<Uint8Array>
  #end: (() => void) | undefined
  readonly presence: Presence
  #iterator: AsyncIterator<Uint8Array> | undefined

  constructor(open: () => AsyncIterator<Uint8Array>, { presence, end }: { presence: Presence; end?: () => void }) {
    this.#open = open
    this.#end = end
    this.presence = presence
  }

  async pull(controller: ReadableByteStreamController): Promise<void> {
    try {
      const next = await this.presence.during(this.#nextPiece())
      if (next.done !== true) return controller.enqueue(new Uint8Array(next.value))
      controller.close()
      controller.byobRequest?.respond(0)
    } catch (error) {
      this.end()
      throw error
    }
    this.end()
  }

  async cancel(): Promise<void> {
    this.end()
    await this.#started().return?.()
  }

  protected end(): void {
    const end = this.#end
    this.#end = undefined
    end?.()
  }

  #started(): AsyncIterator<Uint8Array> {
    this.#iterator ??= this.#open()
    return this.#iterator
  }

  async #nextPiece(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const next = await this.#started().next()
      if (next.done === true || next.value.length > 0) return next
    }
  }
}

/** A whole body at rest: who wants all of it gets it in one copy, without a stream. */
export class RestingSource extends StreamSource {
  readonly #body: Uint8Array | StoredBody

  constructor(body: Uint8Array | StoredBody, presence: Presence) {
    super(() => pieces(body), { presence, ...(!(body instanceof Uint8Array) && { end: body.hold() }) })
    this.#body = body
  }

  /** The same body for another reader. */
  again(): RestingSource {
    return new RestingSource(this.#body, this.presence)
  }

  /** All of it, where it is in memory: not to be handed out. */
  get inHand(): Uint8Array | undefined {
    return this.#body instanceof Uint8Array ? this.#body : undefined
  }

  /** All of it, as the reader's own. */
  async whole(): Promise<Uint8Array<ArrayBuffer>> {
    const body = this.#body
    if (body instanceof Uint8Array) return new Uint8Array(body)
    try {
      return await this.presence.during(copied(body))
    } finally {
      this.end()
    }
  }
}

async function copied(body: StoredBody): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(body.size)
  let at = 0
  for await (const chunk of chunksOf(body)) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** Reads a body chunk by chunk, each checked before a byte of it is handed out. */
async function* pieces(body: Uint8Array | StoredBody, part?: ByteRange): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunksOf(body, part)) yield* piecesOf(chunk, PIECE)
}

/** A part of a stored body, or text between two. */
type Part = ByteRange | string

function joined(body: Uint8Array, parts: readonly Part[]): Uint8Array {
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
