import type { EntryRecord, VersionRecord } from '../../model/record.ts'
import type { StoreEntry } from '../../model/store.ts'
import { pinnedUntil } from '../../policy/retention.ts'

/** What a write adds to the words by which a store spares what is pinned when it makes room, and what it takes back of them. */
export interface KeepWords {
  /** Before the entry, where they do not come at once: a pin that stands there and is not held would be no news to the next who pins. */
  readonly given: readonly StoreEntry[]
  /** Expired, and not deleted: that would be a step of its own, before which one may be killed, or another pin the same. */
  readonly takenBack: readonly StoreEntry[]
}

const NOTHING: KeepWords = { given: [], takenBack: [] }

/** One byte: that the word is there is all that it says. */
const WORD = new Uint8Array([1])

interface Told {
  readonly hash: string
  readonly now: number
  readonly version: (id: string) => Promise<VersionRecord | undefined>
  /** Whether its body may stand elsewhere than when the words were said: it was brought by another tier. */
  readonly isPlaced: (id: string) => boolean
}

/** By entry as well: a body that two entries share is kept for as long as either wants it. */
const keepKey = (subject: string, hash: string): string => `h1:k:${subject}:${hash}`

/**
 * `h1:k:<entry or body>:<entry>`: a store that is bounded gives up what was used least recently, and does not understand records. So it is
 * told by a key of its own what a pin holds, and until when.
 */
export async function keepWords(
  known: EntryRecord | undefined,
  merged: EntryRecord,
  { hash, now, version, isPlaced }: Told,
): Promise<KeepWords> {
  const [before, after] = [known === undefined ? new Map() : pinnedUntil(known, now), pinnedUntil(merged, now)]
  const isSame = before.size === after.size && [...after].every(([id, until]) => before.get(id) === until)
  if (isSame && ![...after.keys()].some(isPlaced)) return NOTHING
  const words = new Map<string, number>()
  const speak = (subject: string, until: number): unknown => words.set(keepKey(subject, hash), until)
  if (after.size > 0) speak(hash, Math.max(...after.values()))
  const gone: string[] = before.size > 0 && after.size === 0 ? [keepKey(hash, hash)] : []
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const bodyId = (await version(id))?.bodyId
    const until = after.get(id)
    if (bodyId === undefined) continue
    if (until === undefined) gone.push(keepKey(bodyId, hash))
    else speak(bodyId, Math.max(until, words.get(keepKey(bodyId, hash)) ?? 0))
  }
  const given = [...words].map(([key, until]) => ({ key, value: WORD, ...(Number.isFinite(until) && { expires: until }) }))
  const takenBack = gone.filter((key) => !words.has(key)).map((key) => ({ key, value: WORD, expires: now }))
  return { given, takenBack }
}
