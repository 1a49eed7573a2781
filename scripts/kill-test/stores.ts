import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Store } from 'holdfast'
import { folder as folderStore } from 'holdfast/folder'
import { sqlite } from 'holdfast/sqlite'
import type { Place, StoreName } from './order.ts'

type Open = (folder: string, place: Place, clock: Clock) => Store

/** Another store is another line, and its name in `STORE_NAMES`. */
const STORES: Readonly<Record<StoreName, Open>> = {
  sqlite: (folder, place, clock) => sqlite(join(folder, `${place}.db`), { clock }),
  folder: (folder, place, clock) => folderStore(join(folder, place), { clock }),
}

export function openStore(name: StoreName, folder: string, { place, clock }: { place: Place; clock: Clock }): Store {
  mkdirSync(folder, { recursive: true })
  return STORES[name](folder, place, clock)
}
