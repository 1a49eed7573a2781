import type { Tier } from '../tier.ts'
import { Cursor } from './cursor.ts'
import { SLICE } from './pace.ts'
import { type Reading, readEntries } from './reading.ts'
import type { UpkeepRooms } from './rooms.ts'

/** All that stands in one store under one hash. */
export interface Standings {
  readonly hash: string
  readonly entry: Reading
  /** Ids of the version records, derived ones too. */
  readonly versions: readonly string[]
  /** Whether its use is written down. */
  readonly isUsed: boolean
}

const PREFIXES = ['h1:e:', 'h1:v:', 'h1:s:'] as const
const PREFIX = 5
const HASH = 64

/** Everything of a store side by side: entries, versions, uses. One that is missing between the others is seen at once. */
export async function* walk(tier: Tier, { pace }: UpkeepRooms): AsyncGenerator<Standings[]> {
  const cursors = PREFIXES.map((prefix) => new Cursor(tier.store.keys(prefix)))
  try {
    for (const cursor of cursors) await cursor.advance()
    for (;;) {
      const slice = await nextSlice(cursors)
      if (slice.length === 0) return
      // Read after the listing: an entry that was written meanwhile is not missed.
      const entries = await readEntries(tier, slice)
      yield slice.map((names, index) => ({ ...names, entry: entries[index] }))
      await pace.round()
    }
  } finally {
    for (const cursor of cursors) await cursor.leave()
  }
}

const hashOf = (key: string): string => key.slice(PREFIX, PREFIX + HASH)

async function nextSlice(cursors: readonly Cursor<string>[]): Promise<Omit<Standings, 'entry'>[]> {
  const slice: Omit<Standings, 'entry'>[] = []
  let records = 0
  while (records < SLICE) {
    const heads = cursors.flatMap(({ head }) => (head === undefined ? [] : [hashOf(head)]))
    const [hash] = heads.sort()
    if (hash === undefined) break
    const keys: string[] = []
    for (const cursor of cursors) {
      while (cursor.head !== undefined && hashOf(cursor.head) === hash) {
        keys.push(cursor.head)
        await cursor.advance()
      }
    }
    records += keys.length
    const versions = keys.filter((key) => key.startsWith(PREFIXES[1])).map((key) => key.slice(PREFIX + HASH + 1))
    slice.push({ hash, versions, isUsed: keys.some((key) => key.startsWith(PREFIXES[2])) })
  }
  return slice
}
