import { Recollection } from '../model/recollection.ts'
import type { EntryRecord } from '../model/record.ts'

/** Entries that are remembered; the one written longest ago is forgotten. */
const MOST = 1_000

/** What this instance wrote last of an entry, where no tier can say it at once. */
export class Recent {
  readonly #entries = new Recollection<string, EntryRecord>(MOST)

  note(entry: EntryRecord): void {
    this.#entries.set(entry.key, entry)
  }

  /** A tier says it. */
  forget(key: string): void {
    this.#entries.delete(key)
  }

  of(key: string): EntryRecord | undefined {
    return this.#entries.get(key)
  }
}
