import { CHUNK_SIZE } from '../../model/record.ts'
import type { BodyWriter } from '../../model/rooms.ts'
import type { Store } from '../../model/store.ts'
import type { BodyPlan } from '../../policy/body-plan.ts'
import { Chunk } from './chunk.ts'
import { type Adopted, type Fits, findPartial, forgetPartial, type PartialRecord, savePartial } from './partials.ts'
import { mostOf } from './places.ts'
import { type Sink, StoreSink } from './sinks.ts'

/** Where no tier has bodies of its own: a store in memory that a whole of this size would have a place in. */
function shelfFor(stores: readonly Store[], plan: BodyPlan, here: number): Store | undefined {
  const size = Math.max(plan.expected ?? 0, here)
  return stores.find(
    (store) =>
      store.live !== undefined && store.readOnly !== true && (plan.shareable || !store.shared) && size <= mostOf(store, plan),
  )
}

/**
 * Puts what came of a body that broke into memory, under the same keys as in any other store: so it counts there, is the first to go when
 * it is not asked for, and is swept. While the body was coming it stood in a spool, whose file is gone with its writer.
 */
export async function shelve(
  stores: readonly Store[],
  { plan, now }: { plan: BodyPlan; now: number },
  { sink, chunks }: { sink: Sink; chunks: number },
): Promise<void> {
  const store = shelfFor(stores, plan, chunks * CHUNK_SIZE)
  if (store === undefined || plan.partial === undefined || chunks === 0) return
  const shelf = new StoreSink(store, Number.POSITIVE_INFINITY)
  try {
    for (let n = 0; n < chunks; n++) await shelf.append(Chunk.of(await sink.chunk(n)), n)
    await savePartial(store, { ...plan.partial, key: plan.key, bodyId: shelf.bodyId, total: plan.expected, savedAt: now })
  } catch {
    // A chunk that never came to rest, or a store that is closed: nobody is the worse for a part that is not there.
    await shelf.discard().catch(() => undefined)
  }
}

/**
 * Takes it down again, and goes on with it: it is no partial any more. No right is needed, for nobody else sees this memory; two who take
 * it at one time have a copy each.
 */
export async function takenDown(
  stores: readonly Store[],
  key: string,
  { now, fits, writer: open }: { now: number; fits: Fits; writer: (plan: BodyPlan) => BodyWriter },
): Promise<Adopted | undefined> {
  for (const store of stores) {
    const record = store.live === undefined ? undefined : await findPartial(store, key, now)
    const plan = record && fits(record)
    if (record === undefined || plan === undefined) continue
    const chunks = await unshelved(store, record)
    if (chunks.length === 0) return undefined
    const writer = open(plan)
    for (const chunk of chunks) await writer.write(chunk)
    return { writer, head: record.head, total: record.total }
  }
  return undefined
}

async function unshelved(store: Store, { key, bodyId }: PartialRecord): Promise<Uint8Array[]> {
  const sink = new StoreSink(store, Number.POSITIVE_INFINITY, bodyId)
  const { chunks: count } = await sink.takeOver()
  const chunks = await Promise.all(Array.from({ length: count }, (_, n) => sink.chunk(n)))
  await forgetPartial(store, key)
  await sink.discard()
  return chunks
}
