import { AttemptFailure } from '../model/attempt-failure.ts'
import { chunksOf, holdOf } from '../model/body-chunks.ts'
import type { Call } from '../model/call.ts'
import { withoutHeaders } from '../model/headers.ts'
import { poured } from '../model/poured.ts'
import { type LiveVersion, plainOf } from '../model/record.ts'
import type { BodyWriter, Held, Served, StoredBody, WrittenBody } from '../model/rooms.ts'
import { TransportFailure } from '../model/transport.ts'
import type { ContentCoding } from '../policy/content-coding.ts'
import { brokenOff } from '../policy/rejection.ts'
import { type Sharing, sharingOf } from '../policy/sharing.ts'
import { unpackedId } from '../policy/version-id.ts'

type Kept = { readonly version: LiveVersion; readonly body: Uint8Array | StoredBody }

export interface UnpackingRooms {
  /** The derived body that is kept beside a version. */
  readonly beside: (held: Held, id: string) => Promise<Kept | undefined>
  readonly keep: (held: Held, kept: Kept, sharing: Sharing) => Promise<unknown>
  readonly writer: (call: Call, held: Held) => BodyWriter
  readonly decoded: (body: AsyncIterable<Uint8Array>, coding: ContentCoding) => AsyncIterable<Uint8Array>
}

/** No honest archive is a thousand times larger than its file; what is made to be shrinks further. */
const BOMB = { ratio: 1000, bytes: 32 * 1024 * 1024 }

/** These speak of the packed bytes. */
const OF_THE_PACKED: ReadonlySet<string> = new Set([
  'content-length',
  'content-md5',
  'content-digest',
  'repr-digest',
  'content-type',
  'etag',
])

/** Gives the unpacked body of an answer that is an archive of one file: derived once, and kept beside the original. */
export class Unpacking {
  readonly #rooms: UnpackingRooms
  /** Those under way: who comes meanwhile waits for them. */
  readonly #deriving = new Map<string, Promise<Kept>>()

  constructor(rooms: UnpackingRooms) {
    this.#rooms = rooms
  }

  /** @throws AttemptFailure BAD_ENCODING where it cannot be unpacked, TOO_LARGE where it would never end. */
  async of(served: Served): Promise<Served> {
    const { call, held, body } = served
    const unpack = packingOf(served)
    if (unpack === undefined) return served
    if (Symbol.asyncIterator in body) {
      const told = (error: unknown): unknown => (error instanceof AttemptFailure ? brokenOff(error, call) : error)
      return {
        ...served,
        held: shown(held, held.version.size),
        body: watched(this.#content(body, unpack), () => undefined, told),
      }
    }
    const { version, body: unpacked } = (await this.#known(held, unpack)) ?? (await this.#once(call, held, unpack))
    return { ...served, held: { ...shown(held, version.size), body: unpacked }, body: unpacked }
  }

  /** An answer that is still to be judged, as its caller would get it: unpacked as it is read, and kept nowhere. */
  inside(served: Served): Served {
    const { held, body } = served
    const unpack = packingOf(served)
    if (unpack === undefined || Symbol.asyncIterator in body) return served
    return { ...served, held: shown(held, held.version.size), body: this.#content(chunksOf(body), unpack) }
  }

  async #known(held: Held, unpack: ContentCoding): Promise<Kept | undefined> {
    return held.tier === undefined ? undefined : this.#rooms.beside(held, unpackedId(held.version.id, unpack))
  }

  async #once(call: Call, held: Held, unpack: ContentCoding): Promise<Kept> {
    const name = JSON.stringify([held.entry.key, held.version.id, held.version.digest, unpack])
    const derived = this.#deriving.get(name) ?? this.#derive(call, held, unpack).finally(() => this.#deriving.delete(name))
    this.#deriving.set(name, derived)
    return derived
  }

  async #derive(call: Call, held: Held, unpack: ContentCoding): Promise<Kept> {
    const writer = this.#rooms.writer(call, held)
    const written = await this.#poured(held, unpack, writer)
    written.pass()
    const { tier, bodyId, size, digest, body } = written
    const home = tier !== undefined && bodyId !== undefined ? { tier, bodyId } : undefined
    const { body: _packed, bodyId: _packedId, facts: _parsed, ...rest } = plainOf(held.version)
    const kept: Kept = { version: { ...rest, id: unpackedId(held.version.id, unpack), size, digest, home }, body }
    if (held.tier !== undefined) await this.#rooms.keep(held, kept, sharingOf(call, held.version))
    return kept
  }

  async #poured(held: Held, unpack: ContentCoding, writer: BodyWriter): Promise<WrittenBody> {
    const release = holdOf(held.body)
    try {
      return await poured(this.#content(chunksOf(held.body), unpack), writer)
    } catch (error) {
      throw error instanceof AttemptFailure ? error : broken(unpack, error)
    } finally {
      release()
    }
  }

  /** @throws AttemptFailure, as {@link of}. What its source fails of says nothing of what is packed. */
  #content(body: AsyncIterable<Uint8Array>, unpack: ContentCoding): AsyncIterable<Uint8Array> {
    let [packed, bytes] = [0, 0]
    const came = (piece: Uint8Array): void => {
      packed += piece.length
    }
    const became = (piece: Uint8Array): void => {
      bytes += piece.length
      if (bytes > BOMB.bytes && bytes > packed * BOMB.ratio)
        throw new AttemptFailure('TOO_LARGE', `${packed} packed bytes have become ${bytes}, and go on: a bomb`, {
          retry: 'never',
        })
    }
    const told = (error: unknown): unknown => (error instanceof TransportFailure ? broken(unpack, error) : error)
    return watched(this.#rooms.decoded(watched(body, came), unpack), became, told)
  }
}

/** The same pieces, looked at as they pass. No generator: who leaves one of these waits for the piece that is on its way. */
function watched(
  body: AsyncIterable<Uint8Array>,
  look: (piece: Uint8Array) => void,
  told = (error: unknown): unknown => error,
): AsyncIterable<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  const leave = async (): Promise<IteratorResult<Uint8Array>> => {
    await iterator.return?.()
    return { done: true, value: undefined }
  }
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    try {
      const result = await iterator.next()
      if (result.done !== true) look(result.value)
      return result
    } catch (error) {
      leave().catch(() => undefined)
      throw told(error)
    }
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) }
}

/** How the body of an answer is packed; undefined where there is nothing to be unpacked. */
function packingOf({ call, held }: Served): ContentCoding | undefined {
  return call.method === 'HEAD' || held.version.status !== 200 ? undefined : call.settings.unpack
}

function broken(unpack: ContentCoding, cause: unknown): AttemptFailure {
  const says = `it cannot be unpacked as ${unpack}: ${(cause as Error).message}`
  return new AttemptFailure('BAD_ENCODING', says, { retry: 'never', cause })
}

/** The version as it is, with what speaks of its packed bytes taken off. */
function shown(held: Held, size: number): Held {
  const version = plainOf(held.version)
  return { ...held, version: { ...version, size, headers: withoutHeaders(version.headers, OF_THE_PACKED) } }
}
