import type { Report } from '../../model/events.ts'
import { CHUNK_SIZE } from '../../model/record.ts'
import type { StoredBody } from '../../model/rooms.ts'
import type { Choice } from '../../policy/selection.ts'
import type { Placed, Tier } from './tier.ts'

/**
 * A version out of a tier; undefined where it is not there as its entry says. A body of at most `wholeUpTo` bytes, which a live tier
 * would hold, is read whole at once, so that its chunks are checked and the next hit needs no store.
 */
export async function load(
  tier: Tier,
  key: string,
  { ref }: Choice,
  { wholeUpTo, report }: { wholeUpTo: number; report: Report },
): Promise<Placed | undefined> {
  const placed = await tier.version(key, ref.id)
  if (placed === undefined || placed.version.digest !== ref.digest) return undefined
  const { body } = placed
  if (body instanceof Uint8Array || body.size > wholeUpTo) return placed
  try {
    return { ...placed, body: await whole(body) }
  } catch (error) {
    report('warning', () => ({
      key,
      url: placed.version.url,
      warning: `${tier.store.name}: version ${ref.id} is not used: ${(error as Error).message}`,
    }))
    return undefined
  }
}

async function whole(body: StoredBody): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for (let n = 0; n * CHUNK_SIZE < body.size; n++) chunks.push(await body.chunk(n))
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, body.size)
}
