import { AttemptFailure } from '../../model/attempt-failure.ts'
import { headerOf } from '../../model/headers.ts'
import type { BodyWriter, ResponseHead, WrittenBody } from '../../model/rooms.ts'
import type { TransportFailure, WireResponse } from '../../model/transport.ts'
import { isCoded } from '../../policy/content-coding.ts'
import { checkIntegrity, integrityAlgorithms } from '../../policy/integrity.ts'
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
  readonly total: number | undefined
  readonly give: (reason: TransportFailure) => void
}

/** Pours a body into its writer, watched; resolves when its framing and its codings have ended properly. */
export async function pour(
  rooms: DownloadRooms,
  { order, response, head, writer, attempt, resumedFrom, overlap, total, counts, give }: Pour,
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
  const body = response.decoded ? response.body : rooms.decoded(response.body, headerOf(head.headers, 'content-encoding'))
  try {
    let known = overlap
    for await (const arrived of body) {
      watch.arrived(arrived.length)
      const since = clock.monotonic()
      const again = Math.min(known, arrived.length)
      if (again > 0) await compare(writer, arrived.subarray(0, again), writer.bytes - known)
      known -= again
      if (again < arrived.length) await writer.write(arrived.subarray(again))
      watch.excuse(since)
      if (counts === 'progress') progress.at(writer.bytes)
    }
    if (counts === 'progress') progress.end(writer.bytes)
  } finally {
    watch.end()
  }
}

/** An equal overlap proves nothing; a different one proves that this is another body. */
async function compare(writer: BodyWriter, again: Uint8Array, from: number): Promise<void> {
  for (let done = 0; done < again.length; ) {
    const kept = (await writer.read(from + done)).subarray(0, again.length - done)
    if (kept.length === 0 || Buffer.compare(kept, again.subarray(done, done + kept.length)) !== 0) {
      await writer.restart()
      throw new AttemptFailure('PROTOCOL', 'the part that came overlaps what is here, and differs', { retry: 'yes' })
    }
    done += kept.length
  }
}

/** Checks what the caller knows of the body (SRI), and closes it. */
export async function closed(order: Order, writer: BodyWriter): Promise<WrittenBody> {
  const { integrity } = order.call
  if (integrity !== '') {
    const verdict = checkIntegrity(integrity, (algorithm) => writer.digest(algorithm))
    if (verdict.name === 'mismatch')
      throw new AttemptFailure('DIGEST', `the body is not what init.integrity says (${verdict.algorithm})`, { retry: 'yes' })
  }
  return writer.finish()
}

/** A body whose end was told by its framing, or by a coding with an end of its own, is whole; one that just ended may not be. */
export function isProven(response: WireResponse, head: ResponseHead, integrity: string): boolean {
  if (integrityAlgorithms(integrity).length > 0) return true
  if (response.framing !== 'close' && response.framing !== 'unknown') return true
  return !response.decoded && isCoded(head.headers)
}
