import type { BodyWriter, ResponseHead } from '../../model/rooms.ts'
import type { Store } from '../../model/store.ts'
import type { BodyPlan } from '../../policy/body-plan.ts'
import { sha256 } from '../../policy/cache-key.ts'
import { isHead } from '../../policy/record-shape.ts'

/** Milliseconds after which a partial is not gone on with, and goes: signed URLs have ended by then, and so has most of what it was wanted for. */
export const WORTH: number = 24 * 60 * 60 * 1000

export const PARTIALS = 'h1:p:'

/** `h1:p:<key>`: a body that broke, or whose process did, and what shows that a later part belongs to it. */
export interface PartialRecord {
  /** Its own key text, so that a reader notices another entry's record. */
  readonly key: string
  /** Values of the headers named by `Vary`: another request's partial is not this one's. */
  readonly values: string
  readonly bodyId: string
  readonly head: ResponseHead
  readonly total: number | undefined
  readonly savedAt: number
}

/** A partial, and a writer that goes on with it. */
export interface Adopted {
  readonly writer: BodyWriter
  readonly head: ResponseHead
  readonly total: number | undefined
}

/** Where the rest of a partial goes; undefined where it is not this request's. */
export type Fits = (record: PartialRecord) => BodyPlan | undefined

const partialKey = (key: string): string => `${PARTIALS}${sha256(key)}`

export async function savePartial(store: Store, record: PartialRecord): Promise<void> {
  await store.set(partialKey(record.key), new TextEncoder().encode(JSON.stringify(record)))
}

export async function forgetPartial(store: Store, key: string): Promise<void> {
  await store.delete([partialKey(key)])
}

/** The partial of a key; undefined where there is none that is worth going on with. What is damaged is none. */
export async function findPartial(store: Store, key: string, now: number): Promise<PartialRecord | undefined> {
  const [bytes] = store.glance?.([partialKey(key)]) ?? [await store.get(partialKey(key))]
  if (bytes === undefined) return undefined
  let record: PartialRecord
  try {
    record = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
  const isRight = record !== null && record.key === key && typeof record.bodyId === 'string' && isHead(record.head)
  return isRight && now - record.savedAt < WORTH && now >= record.savedAt ? record : undefined
}
