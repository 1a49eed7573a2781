import type { Clock } from '../../../src/model/clock.ts'
import type { CountedFile } from './census.ts'
import type { Layout } from './layout.ts'
import type { Recency } from './recency.ts'
import type { Tally } from './tally.ts'

export interface SpaceFacts {
  readonly layout: Layout
  readonly clock: Clock
  readonly tally: Tally
  readonly recency: Recency
  readonly maxBytes: number
  readonly givenUp: (file: CountedFile) => void
}

/** What a write takes: bytes on the disk, beside what was claimed for it, and the groups that must not go for it. */
export interface Wanted {
  readonly bytes: number
  readonly groups: readonly string[]
}
