import pMemoize from 'p-memoize'
import type { Memoize } from './memo.ts'

export const memoize: Memoize = (fn) => pMemoize(fn)
