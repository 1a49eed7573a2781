import type { Case, Told } from './case.ts'
import type { Question } from './opinions.ts'

/** One way in which http-cache-semantics and holdfast decide differently. */
export interface Difference {
  readonly name: string
  /** 'neither': the RFC leaves it to the cache. */
  readonly wrong: 'http-cache-semantics' | 'holdfast' | 'neither'
  readonly clause: string
  readonly why: string
  /** The questions whose answers it changes. */
  readonly touches: readonly Question[]
  /**
   * What http-cache-semantics would have to be told to decide as the clause asks, or as holdfast chose; the case itself where this
   * difference does not touch it. So the list hides nothing: after all of these, the two must agree on every case.
   */
  readonly mended: (given: Case, about: Question) => Case
  /** The smallest case that shows it, by this question. */
  readonly example: Told & { readonly about: Question }
}

/** What follows from directives, as from the status and the method. */
export const DECISIONS: readonly Question[] = ['storable', 'lifetime', 'reuse', 'stale on error', 'conditions']

/** What follows from an age. */
export const BY_AGE: readonly Question[] = ['age', 'reuse', 'stale on error']
