import type { BodyWord, StandingBody } from '../../model/inventory.ts'
import { CHUNK_SIZE } from '../../model/record.ts'
import type { Store } from '../../model/store.ts'
import { SEAL_SIZE, SEALED_SIZE } from './chunk.ts'
import { PARTIALS, WORTH } from './partials.ts'
import { isAtRest, removeChunks } from './sinks.ts'

const CHUNKS = 'h1:c:'
const WORDS = 'h1:d:'

/** Words, or partials, read at a time. */
const SLICE = 100

/** What stands in a store, named or not. For those who tidy it. */
export class Inventory {
  /** Chunks first, then files: each body once, or twice where it is both. */
  async *bodies(store: Store): AsyncGenerator<StandingBody> {
    let body: { id: string; chunks: string[] } | undefined
    for await (const key of store.keys(CHUNKS)) {
      const id = key.slice(CHUNKS.length, key.lastIndexOf(':'))
      if (body?.id !== id) {
        if (body !== undefined) yield inOrder(body)
        body = { id, chunks: [] }
      }
      body.chunks.push(key)
    }
    if (body !== undefined) yield inOrder(body)
    if (store.bodies !== undefined) for await (const file of store.bodies.ids()) yield { id: file, chunks: undefined }
  }

  /** Its bytes, as far as they are at rest. */
  async size(store: Store, { id, chunks }: StandingBody): Promise<number> {
    if (chunks === undefined) return unsealedSize((await store.bodies?.size(id)) ?? 0)
    const [last] = await store.getMany(chunks.slice(-1), { recency: 'keep' })
    return (chunks.length - 1) * CHUNK_SIZE + Math.max(0, (last?.length ?? 0) - SEAL_SIZE)
  }

  async remove(store: Store, { id, chunks }: StandingBody): Promise<void> {
    if (chunks === undefined) await store.bodies?.delete([id])
    else await removeChunks(store, chunks)
  }

  /** The body that already holds these bytes in a store. */
  async holding(store: Store, { digest, size }: { digest: string; size: number }): Promise<string | undefined> {
    const word = await store.get(WORDS + digest)
    const bodyId = word === undefined ? '' : new TextDecoder().decode(word)
    return bodyId !== '' && (await isAtRest(store, { bodyId, size })) ? bodyId : undefined
  }

  /** By its last chunk. */
  stands(store: Store, place: { bodyId: string; size: number }): Promise<boolean> {
    return isAtRest(store, place)
  }

  /** From now on these bytes are known to be there. */
  async say(store: Store, digest: string, bodyId: string): Promise<void> {
    await store.set(WORDS + digest, new TextEncoder().encode(bodyId))
  }

  async unsay(store: Store, digest: string): Promise<void> {
    await store.delete([WORDS + digest])
  }

  /** `h1:d`: which body holds which bytes. */
  words(store: Store): AsyncGenerator<BodyWord> {
    return wordsOf(store, WORDS, (bytes) => ({ bodyId: new TextDecoder().decode(bytes), isDead: false }))
  }

  /** `h1:p`: bodies that broke. */
  partials(store: Store, now: number): AsyncGenerator<BodyWord> {
    return wordsOf(store, PARTIALS, (bytes) => partialOf(bytes, now))
  }
}

/**
 * Ten stands before two in a store. What goes is what stands there, and not what its last number would have: a store that makes room by
 * rules of its own may have taken some from the middle, and one that others write to may hold any number.
 */
const inOrder = ({ id, chunks }: { id: string; chunks: string[] }): StandingBody => ({
  id,
  chunks: chunks.sort((one, other) => one.length - other.length),
})

/** Each chunk in a file is followed by its seal. */
const unsealedSize = (sealed: number): number => Math.max(0, sealed - Math.ceil(sealed / SEALED_SIZE) * SEAL_SIZE)

async function* wordsOf(
  store: Store,
  prefix: string,
  read: (bytes: Uint8Array) => Omit<BodyWord, 'key'>,
): AsyncGenerator<BodyWord> {
  let slice: string[] = []
  const told = async (): Promise<BodyWord[]> => {
    const keys = slice
    slice = []
    const values = await store.getMany(keys, { recency: 'keep' })
    return keys.flatMap((key, index) => {
      const bytes = values[index]
      return bytes === undefined ? [] : [{ key, ...read(bytes) }]
    })
  }
  for await (const key of store.keys(prefix)) {
    slice.push(key)
    if (slice.length === SLICE) yield* await told()
  }
  if (slice.length > 0) yield* await told()
}

/**
 * What cannot be read is no use to anybody; but what is empty was written under another key (`sealed()`). One that was saved in the future was
 * so before a clock was set back, and stays.
 */
function partialOf(bytes: Uint8Array, now: number): Omit<BodyWord, 'key'> {
  if (bytes.length === 0) return { bodyId: undefined, isDead: false }
  try {
    const record: { bodyId?: unknown; savedAt?: unknown } | null = JSON.parse(new TextDecoder().decode(bytes))
    const bodyId = typeof record?.bodyId === 'string' ? record.bodyId : undefined
    return { bodyId, isDead: bodyId === undefined || typeof record?.savedAt !== 'number' || now - record.savedAt > WORTH }
  } catch {
    return { bodyId: undefined, isDead: true }
  }
}
