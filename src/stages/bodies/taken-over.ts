import type { Store } from '../../model/store.ts'
import { Chunk } from './chunk.ts'
import { StoreSink } from './sinks.ts'

/** What was left of a body, to be gone on with. */
export interface TakenOver {
  readonly sink: StoreSink
  /** Whole ones, at its beginning. */
  readonly chunks: number
}

/**
 * The whole chunks of a body whose writer is gone. Where a kill has torn the end of its file, they are copied into a file of their own: that
 * is quicker than to ask an origin for them again. What is left of the old one is found by a sweep.
 */
export async function takenOver(store: Store, limit: number, bodyId: string): Promise<TakenOver> {
  const left = new StoreSink(store, limit, bodyId)
  const { chunks, end } = await left.takeOver()
  if (end === 'clean') return { sink: left, chunks }
  const sink = new StoreSink(store, limit)
  for (let n = 0; n < chunks; n++) await sink.append(Chunk.of(await left.chunk(n)), n)
  return { sink, chunks }
}
