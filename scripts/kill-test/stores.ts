import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock, Store } from 'holdfast'
import { sqlite } from 'holdfast/sqlite'

interface Kind {
  /** The store in a folder; `copy` tells the one that `copyTo` fills from the one that is worked on. */
  open(folder: string, place: Place, clock: Clock): Store
  /** What its own check finds wrong, once nobody has it open. */
  faults(folder: string, place: Place): string[]
}

export type Place = 'cache' | 'copy'

/** The stores that can be killed. */
export type StoreName = 'sqlite'

const KINDS: Readonly<Record<StoreName, Kind>> = {
  sqlite: {
    open: (folder, place, clock) => {
      mkdirSync(folder, { recursive: true })
      return sqlite(join(folder, `${place}.db`), { clock })
    },
    faults: (folder, place) => {
      const db = new DatabaseSync(join(folder, `${place}.db`))
      try {
        const said = db.prepare('PRAGMA integrity_check').all().flatMap(Object.values)
        return said.length === 1 && said[0] === 'ok' ? [] : said.map(String)
      } finally {
        db.close()
      }
    },
  },
}

export const STORE_NAMES = Object.keys(KINDS) as readonly StoreName[]

export const openStore = (name: StoreName, folder: string, { place, clock }: { place: Place; clock: Clock }): Store =>
  KINDS[name].open(folder, place, clock)

export const faultsOf = (name: StoreName, folder: string, place: Place): string[] => KINDS[name].faults(folder, place)
