import type { Allowance } from './budget.ts'
import type { Reached } from './reach.ts'
import type { Asked } from './request-headers.ts'

/** How an attempt is given up while its body comes. */
export interface Abort {
  readonly controller: AbortController
  headersAreHere(): void
}

/** The head of an answer, and what it answers. */
export interface Arrival {
  readonly asked: Asked
  readonly reached: Reached
  readonly allowance: Allowance
  readonly number: number
  readonly abort: Abort
}
