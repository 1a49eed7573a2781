import type { StoredBody } from '../../model/rooms.ts'
import type { Purpose } from '../../model/stored-body.ts'
import type { Sink } from './sinks.ts'
import type { Left } from './spooled.ts'

/** What a writer is handed. */
export interface WriterPlan {
  /** Makes a place for the chunks. Called when the body outgrows one record, and again when a place fails or the body starts over. */
  readonly open: (failed: Sink | undefined, error: unknown) => Sink
  /** What stands in a place cannot be had back from there. */
  readonly lost: (sink: Sink) => void
  readonly url: string
  /** Keeps the stores open that the body may go to; the returned function ends it. */
  readonly hold: (why: Purpose) => () => void
  /** Bytes held in memory beside the sink, for a tier that keeps whole bodies there. */
  readonly memoryLimit: number
  /** Bytes that the origin announced; a body that will not fit memory is not begun there. */
  readonly expected: number | undefined
  /** The first chunk is at rest: from here on a broken body can be gone on with, also by another process. */
  readonly began: (sink: Sink) => Promise<void>
  /** What was at rest is no longer worth going on with. */
  readonly ended: () => Promise<void>
  /** Whether what is at rest, so many chunks, stays in its sink when the download is given up. */
  readonly keeps: (sink: Sink | undefined, chunks: number) => Promise<boolean>
  /** How what came is read from now on. */
  readonly resting: (left: Left) => Uint8Array | StoredBody
  /** Further digests to take, by node:crypto's names. */
  readonly algorithms: readonly string[]
}
