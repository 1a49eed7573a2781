import { join } from 'node:path'
import { memory } from '../../../../adapters/stores/memory.ts'
import { sqlite } from '../../../../adapters/stores/sqlite.ts'
import { temporary } from '../given.ts'
import { eachNth, type Opened } from './each.ts'

function inFile(): Opened {
  const { path, remove } = temporary()
  return { store: sqlite(join(path, 'cache.db')), close: remove }
}

eachNth('sqlite', async () => ({ store: sqlite(':memory:') }))
eachNth('sqlite in a file', async () => inFile())
eachNth('memory and a file', async () => ({ ...inFile(), tiers: (store) => [memory(), store] }))
