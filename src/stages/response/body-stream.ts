import { loanOf } from '../../model/body-chunks.ts'
import { isBytes } from '../../model/bytes.ts'
import { dropped } from '../../model/dropped.ts'
import { CHUNK_SIZE } from '../../model/record.ts'
import type { Served, StoredBody } from '../../model/rooms.ts'
import type { ByteRange } from '../../policy/byte-ranges.ts'
import { Pieces } from './pieces.ts'
import type { Turns } from './turns.ts'

/** As in presence.ts: the process stays while a caller waits for the next piece. */
export interface Presence {
  during<T>(work: Promise<T>): Promise<T>
}

/** What the readers of one instance have together. */
export interface Reading {
  readonly presence: Presence
  readonly turns: Turns
}

/** Ends what is among them by then, once. Made apart from what holds them, which it would keep from being collected. */
const allOf =
  (ends: (() => void)[]): (() => void) =>
  () => {
    for (const end of ends.splice(0)) end()
  }

/** What a Response of ours reads from; absent where it has no body. */
export type BodySource = StreamSource | undefined

/** A body as a Response takes it: read as the caller reads. */
export function bodyOf(body: Served['body'], reading: Reading, parts?: readonly Part[]): BodySource {
  if (parts?.length === 0) return undefined
  if (Symbol.asyncIterator in body) return followed(body, reading)
  if (parts === undefined) return new RestingSource(body, reading)
  if (isBytes(body)) return new RestingSource(joined(body, parts), reading)
  return new StreamSource(() => partPieces(body, parts, reading), { reading, held: body })
}

/** What is on its way is followed from now on, whenever it is read. */
export function followed(body: AsyncIterable<Uint8Array>, reading: Reading): StreamSource {
  const iterator = body[Symbol.asyncIterator]()
  const copy = 'pieces' in body && body.pieces === 'own' ? (piece: Uint8Array) => piece : copyOf
  const source = new StreamSource(() => iterator, { reading, copy })
  // Nobody is left to hear that it failed.
  // Who drops a stream, begun or not, reads no more, and does not say so: its connection ends.
  dropped.register(source, () => void iterator.return?.().catch(() => undefined), source)
  return source
}

/** An enqueued buffer is detached from its owner, and nobody may change what others read. */
const copyOf = (piece: Uint8Array): Uint8Array => new Uint8Array(piece)

/**
 * The source of a byte stream, opened at the first pull. Pieces that somebody else has too are copied out. What is `held` is so until the
 * stream has ended, broken, or been left, read from or not.
 */
export class StreamSource<Source extends AsyncIterator<Uint8Array> = AsyncIterator<Uint8Array>> {
  readonly type = 'bytes'
  readonly reading: Reading
  readonly #open: () => Source
  readonly #copy: (piece: Uint8Array) => Uint8Array
  readonly #held: StoredBody | undefined
  readonly #ends: (() => void)[]
  #source: Source | undefined

  constructor(
    open: () => Source,
    { reading, held, copy = copyOf }: { reading: Reading; held?: StoredBody; copy?: (piece: Uint8Array) => Uint8Array },
  ) {
    this.#open = open
    this.#held = held
    this.#ends = held === undefined ? [] : [held.hold('unread')]
    // The same of a version at rest: it is let go of, and its store.
    if (held !== undefined) dropped.register(this, allOf(this.#ends))
    this.#copy = copy
    this.reading = reading
  }

  /** Not async: what is here at once is handed out without a promise. */
  pull(controller: ReadableByteStreamController): Promise<void> | undefined {
    return this.#pullLater(controller)
  }

  async #pullLater(controller: ReadableByteStreamController): Promise<void> {
    try {
      const next = await this.reading.presence.during(this.#nextPiece())
      if (next.done !== true) return controller.enqueue(this.#copy(next.value) as Uint8Array<ArrayBuffer>)
      controller.close()
      controller.byobRequest?.respond(0)
    } catch (error) {
      this.end()
      throw error
    }
    this.end()
  }

  async cancel(): Promise<void> {
    const source = this.opened()
    this.end()
    await source.return?.()
  }

  protected end(): void {
    // What is told when this is dropped would keep it: the reason why an iterator was left is an error, whose stack knows who left it.
    dropped.unregister(this)
    allOf(this.#ends)()
  }

  /** From here on it is read. */
  protected begin(): void {
    if (this.#held !== undefined) this.#ends.push(this.#held.hold())
  }

  protected opened(): Source {
    if (this.#source === undefined) {
      this.begin()
      this.#source = this.#open()
    }
    return this.#source
  }

  async #nextPiece(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const next = await this.opened().next()
      if (next.done === true || next.value.length > 0) return next
    }
  }
}

/** A whole body at rest: who wants all of it gets it in one copy, without a stream. */
export class RestingSource extends StreamSource<Pieces> {
  readonly #body: Uint8Array | StoredBody

  constructor(body: Uint8Array | StoredBody, reading: Reading) {
    super(() => new Pieces(body, reading.turns), { reading, ...(!isBytes(body) && { held: body }) })
    this.#body = body
  }

  override pull(controller: ReadableByteStreamController): Promise<void> | undefined {
    const piece = this.opened().now()
    if (piece === undefined) return super.pull(controller)
    controller.enqueue(copyOf(piece) as Uint8Array<ArrayBuffer>)
    return undefined
  }

  /** The same body for another reader. */
  again(): RestingSource {
    return new RestingSource(this.#body, this.reading)
  }

  /** All of it, where it is in memory: not to be handed out. */
  get inHand(): Uint8Array | undefined {
    return isBytes(this.#body) ? this.#body : undefined
  }

  /** All of it, as the reader's own. */
  async whole(): Promise<Uint8Array<ArrayBuffer>> {
    const body = this.#body
    if (isBytes(body)) return new Uint8Array(body)
    this.begin()
    try {
      return await this.reading.presence.during(copied(body))
    } finally {
      this.end()
    }
  }
}

async function copied(body: StoredBody): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(body.size)
  for (let at = 0; at < body.size; at += CHUNK_SIZE) {
    const loan = await loanOf(body, at / CHUNK_SIZE)
    bytes.set(loan.bytes, at)
    loan.end()
  }
  return bytes
}

/** A part of a stored body, or text between two. */
type Part = ByteRange | string

/** A field's value is octets, one character each. */
const octetsOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')

function joined(body: Uint8Array, parts: readonly Part[]): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? octetsOf(part) : body.subarray(part.from, part.to + 1))))
}

async function* partPieces(body: StoredBody, parts: readonly Part[], { turns }: Reading): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (typeof part === 'string') yield octetsOf(part)
    else yield* new Pieces(body, turns, part)
  }
}
