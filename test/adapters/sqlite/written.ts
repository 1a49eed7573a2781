import { DatabaseSync } from 'node:sqlite'
import { sqlite } from '../../../adapters/stores/sqlite.ts'

/** A database with the one value 1 under `h1:e:a`, closed. */
export async function written(file: string): Promise<string> {
  const store = sqlite(file)
  await store.set('h1:e:a', Uint8Array.of(1))
  await store.close()
  return file
}

/** What another program might do to it. */
export function alter(file: string, sql: string): void {
  const db = new DatabaseSync(file)
  db.exec(sql)
  db.close()
}
