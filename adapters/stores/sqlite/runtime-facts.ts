import type { DatabaseSync } from 'node:sqlite'
import type { Patience } from './patience.ts'
import type { Place } from './place.ts'

/** What a runtime is handed. */
export interface RuntimeFacts {
  readonly db: DatabaseSync
  readonly place: Place
  readonly mode: 'read' | 'write'
  readonly maxBytes: number
  readonly patience: Patience
}
