import type { EntryRecord } from '../../../model/record.ts'
import { sha256 } from '../../../policy/cache-key.ts'
import { isBare, withoutAll } from '../../../policy/removal.ts'
import type { Tier } from '../tier.ts'
import { type Chosen, everyEntry, type Known } from './listing.ts'
import { type Reading, readEntries } from './reading.ts'
import type { UpkeepRooms } from './rooms.ts'

/** What went wrong with single tiers while all was done that could be. */
export class Failures {
  #first: { readonly error: unknown } | undefined

  readonly note = (error: unknown): void => {
    this.#first ??= { error }
  }

  /** @throws the first of them */
  end(): void {
    if (this.#first !== undefined) throw this.#first.error
  }
}

/** Entries deleted side by side: a local store commits what they have to say at once, and everybody waits for that. */
const SIDE_BY_SIDE = 16

/** Deletes all entries that are meant, and says how many they were. Where a tier fails the others are done all the same. */
export async function removeChosen(rooms: UpkeepRooms, chosen: Chosen): Promise<number> {
  const failures = new Failures()
  let removed = 0
  for await (const slice of everyEntry(rooms, { failed: failures.note })) {
    await heard(rooms, slice).catch(failures.note)
    const meant = slice.filter(({ entry }) => !isBare(entry) && chosen(entry))
    rooms.overtake(new Set(meant.map(({ entry }) => entry.key)))
    for (let from = 0; from < meant.length; from += SIDE_BY_SIDE) {
      const some = meant.slice(from, from + SIDE_BY_SIDE)
      await Promise.all(some.map(({ entry }) => remove(rooms, entry).catch(failures.note)))
      await rooms.pace.round()
    }
    removed += meant.length
  }
  failures.end()
  return removed
}

/**
 * What another process deleted may stand yet in memory, or in a store of this machine's own, which answer with it: who deletes it too finds
 * nothing more to delete, and they hear of it.
 */
async function heard({ tiers }: UpkeepRooms, slice: readonly Known[]): Promise<void> {
  const bare = slice.filter(({ entry }) => isBare(entry))
  const where = bare.map(({ hash, entry: { key } }) => ({ hash, key }))
  for (const tier of tiers.writable) {
    const there = await readEntries(tier, where)
    const late = bare.filter((_, index) => hasMore(there[index]))
    await Promise.all(late.map(({ entry }) => tier.write(entry, undefined)))
  }
}

const hasMore = (seen: Reading): boolean => seen !== undefined && seen !== 'foreign' && !isBare(seen)

/** In all tiers, those that are away when they are back: the word that it was deleted, so that no tier brings it back; then what is kept beside it. */
async function remove({ tiers, stamps }: UpkeepRooms, entry: EntryRecord): Promise<void> {
  tiers.saving.assertWritable()
  const word = withoutAll(entry, stamps.next())
  const hash = sha256(entry.key)
  const failures = new Failures()
  const inTier = async (tier: Tier): Promise<EntryRecord> => {
    const left = await tiers.saving.tell(tier, word, { removes: 'what is there' })
    if (tier.shelf === undefined) await tier.store.delete([`h1:s:${hash}`, `h1:p:${hash}`])
    return left
  }
  const left = await Promise.all(tiers.writable.map((tier) => inTier(tier).catch(failures.note)))
  // What was written meanwhile, and has gone from one of them, may have been on its way to another.
  const upTo = left.reduce((most, there) => (there?.removed && there.removed.upTo > most ? there.removed.upTo : most), '')
  const behind = tiers.writable.filter((_, index) => (left[index]?.removed?.upTo ?? upTo) < upTo)
  const gone = { ...word, ...(word.removed && { removed: { ...word.removed, upTo } }) }
  await Promise.all(behind.map((tier) => tiers.saving.tell(tier, gone).catch(failures.note)))
  failures.end()
}
