import type { Place } from '../caches/cache.ts'

/** What the function under test gives: records of about 1 KB as JSON. */
export type Value = object

export type Fn = (id: string) => Promise<Value>

/** `kind` is what follows the colon in its name. The function is the one whose results are kept. */
export type Memoize = (fn: Fn, kind: string, place: Place) => Fn | Promise<Fn>

/** Milliseconds that a result is good for, in every client that is told. */
export const GOOD_FOR = 3_600_000
