import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { valueFolders } from './census.ts'
import { unlessMissing } from './faults.ts'
import type { Layout } from './layout.ts'
import { beginningOf, isHashed, keyOf, signOf } from './names.ts'
import type { Slots } from './turns.ts'
import { readHead } from './value-file.ts'

export interface ListingFacts {
  readonly layout: Layout
  readonly slots: Slots
  readonly now: () => number
}

export interface Range {
  readonly prefix: string
  readonly after: string | undefined
}

/** The keys of a range in order of code units, without those that have expired, a folder at a time. */
export async function* listKeys(facts: ListingFacts, range: Range): AsyncGenerator<string> {
  const folders = await valueFolders(facts.layout)
  // Only their files tell these keys, and in no order, so all of the range are read first. The house has hardly any.
  const hashed = (await Promise.all(folders.filter(isHashed).map((folder) => keysIn(facts, folder, range)))).flat().sort()
  let at = 0
  for (const folder of inOrder(folders, range)) {
    for (const key of (await keysIn(facts, folder, range)).sort()) {
      for (let other = hashed[at]; other !== undefined && other < key; other = hashed[++at]) yield other
      yield key
    }
  }
  yield* hashed.slice(at)
}

/** The folders that may hold keys of a range, in the order of these. */
function inOrder(folders: readonly string[], { prefix, after = '' }: Range): string[] {
  const mayHold = (beginning: string | undefined): boolean =>
    beginning !== undefined &&
    (beginning.startsWith(prefix) || prefix.startsWith(beginning)) &&
    beginning >= after.slice(0, beginning.length)
  return folders.filter((folder) => mayHold(beginningOf(folder))).sort()
}

async function keysIn({ layout, slots, now }: ListingFacts, folder: string, { prefix, after }: Range): Promise<string[]> {
  const path = join(layout.values, folder)
  const files = (await unlessMissing(readdir(path, { withFileTypes: true }))) ?? []
  const names = new Set(files.filter((file) => file.isFile()).map(({ name }) => name))
  const isWanted = (key: string): boolean => key.startsWith(prefix) && (after === undefined || key > after)
  const keys = [...names].map(async (name) => {
    const named = keyOf(name)
    if (named === undefined || (named !== 'inside' && !isWanted(named))) return undefined
    if (named !== 'inside' && !names.has(signOf(name))) return named
    const head = await slots.run(() => readHead(join(path, name)))
    if (head === undefined || head.expires <= now()) return undefined
    return named !== 'inside' ? named : isWanted(head.key) ? head.key : undefined
  })
  return (await Promise.all(keys)).filter((key) => key !== undefined)
}
