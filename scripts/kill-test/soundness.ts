import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Place, StoreName } from './order.ts'

/** What the back end's own check finds wrong, once nobody has it open. A folder has none: each value in it says itself whether it is whole. */
export function faultsOf(store: StoreName, folder: string, place: Place): string[] {
  if (store !== 'sqlite') return []
  const db = new DatabaseSync(join(folder, `${place}.db`))
  try {
    const said = db.prepare('PRAGMA integrity_check').all().flatMap(Object.values).map(String)
    return said.length === 1 && said[0] === 'ok' ? [] : said
  } finally {
    db.close()
  }
}
