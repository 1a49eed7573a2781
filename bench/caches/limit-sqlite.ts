import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fetch } from 'undici'
import { likeFetch, type Open } from './cache.ts'
import { type Kept, keptOf, responseOf } from './kept.ts'

/** Milliseconds in which what is stored goes into one transaction. */
const GATHERED = 5

interface Row {
  readonly meta: string
  readonly body: Uint8Array<ArrayBuffer>
}

/** The limit of a cache in SQLite: a row of node:sqlite, and a real Response of it. batched: one transaction for what comes within 5 ms. */
export const open: Open = (kind, { folder, fetch: given }) => {
  const get = given ?? fetch
  const database = new DatabaseSync(join(folder, 'limit.db'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  database.exec('CREATE TABLE kept (url TEXT PRIMARY KEY, meta TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID')
  const one = database.prepare('SELECT meta, body FROM kept WHERE url = ?')
  const put = database.prepare('INSERT OR REPLACE INTO kept VALUES (?, ?, ?)')
  const write = (url: string, { body, ...meta }: Kept): void => {
    put.run(url, JSON.stringify(meta), body)
  }
  const batch = kind === 'batched' ? new Batch(database, write) : undefined
  const read = (url: string): Kept | undefined => {
    const row = one.get(url) as Row | undefined
    return row === undefined ? undefined : { ...(JSON.parse(row.meta) as Omit<Kept, 'body'>), body: row.body }
  }
  return likeFetch(async (url) => {
    const kept = batch?.waiting.get(url) ?? read(url)
    if (kept !== undefined && kept.until > Date.now()) return responseOf(kept)
    const fresh = await keptOf(await get(url))
    if (batch === undefined) write(url, fresh)
    else batch.add(url, fresh)
    return responseOf(fresh)
  })
}

/** What waits for its transaction can be read all the same. */
class Batch {
  readonly waiting = new Map<string, Kept>()
  readonly #database: DatabaseSync
  readonly #write: (url: string, kept: Kept) => void

  constructor(database: DatabaseSync, write: (url: string, kept: Kept) => void) {
    this.#database = database
    this.#write = write
  }

  add(url: string, kept: Kept): void {
    if (this.waiting.size === 0) setTimeout(() => this.#flush(), GATHERED)
    this.waiting.set(url, kept)
  }

  #flush(): void {
    this.#database.exec('BEGIN')
    for (const [url, kept] of this.waiting) this.#write(url, kept)
    this.#database.exec('COMMIT')
    this.waiting.clear()
  }
}
