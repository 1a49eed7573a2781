import memoizee from 'memoizee'
import { GOOD_FOR, type Memoize } from './memo.ts'

export const memoize: Memoize = (fn) => memoizee(fn, { promise: true, maxAge: GOOD_FOR })
