import { join } from 'node:path'
import makeFetchHappen from 'make-fetch-happen'
import { likeFetch, type Open } from './cache.ts'

export const open: Open = (_kind, { folder }) =>
  likeFetch(makeFetchHappen.defaults({ cachePath: join(folder, 'make-fetch-happen') }))
