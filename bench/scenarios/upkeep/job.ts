import type { Cost } from './gauge.ts'
import type { Keeper } from './misses.ts'

/** What a process is asked to do, once. */
export type Job =
  | { readonly name: 'fill'; readonly file: string; readonly entries: number }
  | { readonly name: 'look after'; readonly file: string; readonly work: string }
  | {
      readonly name: 'miss'
      readonly keeper: Keeper
      readonly origin: string
      readonly file: string
      readonly count: number
      readonly atOnce: number
    }

export interface Told {
  readonly cost: Cost
  /** What the work came to, in words. */
  readonly result: string
}
