import { createHash } from 'node:crypto'
import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { Call } from '../../model/call.ts'
import { headerOf } from '../../model/headers.ts'
import type { BodyWriter, ResponseHead, WrittenBody } from '../../model/rooms.ts'
import type { TransportFailure, WireResponse } from '../../model/transport.ts'
import { isCoded } from '../../policy/content-coding.ts'
import { checkIntegrity } from '../../policy/integrity.ts'
import {
  digestsOfBody,
  digestsOfCoded,
  digestsOfPart,
  digestsOfWhole,
  isToldWhole,
  type KnownDigest,
} from '../../policy/known-digests.ts'
import type { DownloadRooms, Order } from './order.ts'
import { ProgressReport } from './progress.ts'
import { Watch } from './watch.ts'

export interface Pour {
  readonly order: Order
  readonly head: ResponseHead
  readonly response: WireResponse
  readonly writer: BodyWriter
  readonly attempt: number
  /** An error page is no progress. */
  readonly counts: 'progress' | 'no progress'
  readonly resumedFrom: number | undefined
  /** Bytes at the start of the part that are here already, and must be equal. */
  readonly overlap: number
  /** Bytes to read of what comes, where it may have more; Infinity for all. */
  readonly length: number
  readonly total: number | undefined
  readonly give: (reason: TransportFailure) => void
}

/** Pours a body into its writer, watched; resolves when its framing and its codings have ended properly. */
export async function pour(
  rooms: DownloadRooms,
  { order, response, head, writer, attempt, resumedFrom, overlap, length, total, counts, give }: Pour,
): Promise<void> {
  const { clock, report } = rooms
  const { timeouts } = order.call.settings
  const watch = new Watch(clock, timeouts, give)
  const fixed = {
    url: order.call.url,
    attempt,
    ...(total !== undefined && { total }),
    ...(resumedFrom !== undefined && { resumedFrom }),
  }
  const progress = new ProgressReport({ clock, report, tell: (told) => order.progress(told), fixed })
  const wire = { bytes: 0, watch }
  const part = resumedFrom === undefined ? 'whole' : 'part'
  const arriving = arrivingFrom(rooms, { response, head }, { ...order, watch })
  const coded = checked(arriving, { call: order.call, head, wire, part })
  const body = response.decoded ? arriving : rooms.decoded(coded, headerOf(head.headers, 'content-encoding'))
  try {
    let known = overlap
    let told = 0
    for await (const arrived of length === Number.POSITIVE_INFINITY ? body : upTo(length, body)) {
      // What came coded was told when it came.
      watch.arrived(Math.max(0, arrived.length - wire.bytes + told))
      told = wire.bytes
      const since = clock.monotonic()
      const again = Math.min(known, arrived.length)
      if (again > 0) await compare(writer, arrived.subarray(0, again), writer.bytes - known)
      known -= again
      if (again < arrived.length) await writer.write(arrived.subarray(again))
      refuseTooMuch({ call: order.call, head }, writer.bytes, wire)
      watch.excuse(since)
      if (counts === 'progress') progress.at(writer.bytes)
    }
    if (counts === 'progress') progress.end(writer.bytes)
  } finally {
    watch.end()
  }
}

/** No faster than its host's bodies may come; a function has no host. */
export function arrivingFrom(
  { governor }: DownloadRooms,
  { response, head }: Pick<Pour, 'response' | 'head'>,
  how: { call: Call; signal: AbortSignal; watch: Watch | undefined },
): AsyncIterable<Uint8Array> {
  if (how.call.origin !== undefined) return response.body
  return governor.slowed(response.body, { url: head.url, signal: how.signal, watch: how.watch })
}

/** Leaving a body early drops its connection, on which nobody knows what would come next. */
async function* upTo(length: number, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = length
  for await (const piece of body) {
    yield piece.length > left ? piece.subarray(0, left) : piece
    left -= piece.length
    if (left < 0) return
  }
}

/** An equal overlap proves nothing; a different one proves that this is another body. */
async function compare(writer: BodyWriter, again: Uint8Array, from: number): Promise<void> {
  for (let done = 0; done < again.length; ) {
    const kept = await writer.read(from + done, again.length - done)
    if (kept.length === 0 || Buffer.compare(kept, again.subarray(done, done + kept.length)) !== 0) {
      await writer.restart()
      throw new AttemptFailure('PROTOCOL', 'the part that came overlaps what is here, and differs', { retry: 'yes' })
    }
    done += kept.length
  }
}

/** Checks what is known of the body in advance, and closes it. */
export async function closed(
  call: Call,
  { head, last }: { head: ResponseHead; last: ResponseHead },
  writer: BodyWriter,
): Promise<WrittenBody> {
  const { integrity, settings } = call
  const size = settings.expect?.size
  if (size !== undefined && head.status === 200 && call.method !== 'HEAD' && writer.bytes !== size)
    throw ofAnotherSize(writer.bytes, size)
  if (integrity !== '') {
    const verdict = checkIntegrity(integrity, (algorithm) => writer.digest(algorithm))
    if (verdict.name === 'mismatch') throw mismatch(`init.integrity (${verdict.algorithm})`)
  }
  for (const { by, algorithm, hex } of [...digestsOfBody(call, head), ...digestsOfWhole(last)]) {
    if (Buffer.from(writer.digest(algorithm), 'base64').toString('hex') !== hex) throw mismatch(`${by} (${algorithm})`)
  }
  return writer.finish()
}

function mismatch(by: string): AttemptFailure {
  return new AttemptFailure('DIGEST', `the body is not what ${by} says`, { retry: 'yes' })
}

function ofAnotherSize(bytes: number, size: number): AttemptFailure {
  const what = `the body has ${bytes} bytes, and expect.size says ${size}`
  return bytes < size
    ? new AttemptFailure('TRUNCATED', what, { retry: 'yes' })
    : new AttemptFailure('TOO_LARGE', what, { retry: 'never' })
}

/** What came over the wire of a coded body. Its decoder may have nothing to say for long: a block of zstd is decoded when all of it is here. */
interface Wire {
  bytes: number
  readonly watch?: Watch | undefined
}

/** Coded bytes, or those of a part, as they come: counted, and held against what the origin says of them; the comparison is made when they have ended. */
function checked(
  body: AsyncIterable<Uint8Array>,
  { call, head, wire, part }: { call: Call; head: ResponseHead; wire: Wire; part: 'part' | 'whole' },
): AsyncIterable<Uint8Array> {
  if (isCoded(head.headers)) return counted(body, digestsOfCoded(call, head), wire)
  const digests = part === 'part' ? digestsOfPart(call, head) : []
  return digests.length === 0 ? body : counted(body, digests, { bytes: 0 })
}

export async function* counted(
  body: AsyncIterable<Uint8Array>,
  digests: readonly KnownDigest[],
  wire: Wire,
): AsyncGenerator<Uint8Array> {
  const hashes = digests.map((digest) => ({ ...digest, hash: createHash(digest.algorithm) }))
  for await (const piece of body) {
    wire.bytes += piece.length
    wire.watch?.arrived(piece.length)
    for (const { hash } of hashes) hash.update(piece)
    yield piece
  }
  for (const { by, algorithm, hex, hash } of hashes) if (hash.digest('hex') !== hex) throw mismatch(`${by} (${algorithm})`)
}

/** No text that people write shrinks to a two-hundredth; zeros that somebody made do. */
const BOMB = { ratio: 200, bytes: 32 * 1024 * 1024 }

/** Stops a body in the middle that is not going to be the one that was meant, however long it would go on. */
export function refuseTooMuch({ call, head }: { call: Call; head: ResponseHead }, bytes: number, { bytes: coded }: Wire): void {
  const size = head.status === 200 || head.status === 206 ? call.settings.expect?.size : undefined
  if (size !== undefined && bytes > size) throw ofAnotherSize(bytes, size)
  if (coded > 0 && bytes > BOMB.bytes && bytes > coded * BOMB.ratio)
    throw new AttemptFailure('TOO_LARGE', `${coded} coded bytes have become ${bytes}, and go on: a decompression bomb`, {
      retry: 'never',
    })
}

/** A body whose end was told by its framing, by a coding with an end of its own, or by a digest, is whole; one that just ended may not be. */
export function isProven(call: Call, head: ResponseHead, response: WireResponse): boolean {
  if (response.framing !== 'close' && response.framing !== 'unknown') return true
  if (!response.decoded && isCoded(head.headers)) return true
  return isToldWhole(call, head) && !(response.decoded && isCoded(head.headers))
}
