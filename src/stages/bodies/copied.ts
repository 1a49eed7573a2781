import { chunksOf, holdOf } from '../../model/body-chunks.ts'
import type { StoredBody } from '../../model/rooms.ts'
import type { Store } from '../../model/store.ts'
import { Damaged } from './at-rest.ts'
import { Chunk } from './chunk.ts'
import { StoreSink } from './sinks.ts'

/** Copies a body into another store, under an id of its own there. */
export async function copied(body: Uint8Array | StoredBody, to: Store): Promise<string> {
  const sink = new StoreSink(to, to.maxEntryBytes ?? Number.POSITIVE_INFINITY)
  // From the beginning: where it stands in a spool alone, it goes with whoever reads it last.
  const release = holdOf(body, 'to copy')
  let n = 0
  try {
    for await (const chunk of chunksOf(body)) await sink.append(Chunk.of(chunk), n++)
    if (!(await sink.stands())) throw new Damaged(`${to.name}: the body at rest is not as long as what was written`)
    return sink.bodyId
  } catch (error) {
    // Waited for: the store may be closing. What is left of it in one that fails is found by a sweep.
    await sink.discard().catch(() => undefined)
    throw error
  } finally {
    release()
  }
}
