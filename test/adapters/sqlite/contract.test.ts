import { join } from 'node:path'
import { describe, test } from 'vitest'
import { sqlite } from '../../../adapters/stores/sqlite.ts'
import { storeContract } from '../../../adapters/testing/index.ts'
import { scratch } from '../scratch.ts'

let file = ''

storeContract(
  'sqlite in a file',
  async () => {
    file = join(scratch('memory'), 'cache.db')
    return sqlite(file)
  },
  {
    describe,
    test,
    reopen: async () => sqlite(file),
    holder: { module: new URL('../children/lease-holder.ts', import.meta.url), args: () => [file] },
  },
)

storeContract('sqlite in memory', async () => sqlite(':memory:'), { describe, test })
