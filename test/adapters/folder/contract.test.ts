import { describe, test } from 'vitest'
import { folder } from '../../../adapters/stores/folder.ts'
import { chaos, storeContract } from '../../../adapters/testing/index.ts'
import { scratch } from '../scratch.ts'

let dir = ''

storeContract(
  'folder',
  async () => {
    dir = scratch('memory')
    return folder(dir)
  },
  {
    describe,
    test,
    reopen: async () => folder(dir),
    holder: { module: new URL('./children/lease-holder.ts', import.meta.url), args: () => [dir] },
  },
)

// Each write done twice: what is written so is as good, and a second append is the one that the suite would notice.
storeContract(
  'folder behind a chaos that writes all twice',
  async () => chaos(folder(scratch('memory')), { faults: [{ do: 'twice', on: ['set', 'setMany', 'delete'] }] }),
  { describe, test },
)
