import type { Told } from '../../clients/job.ts'
import { sha256 } from './file.ts'
import type { Seen } from './origin.ts'
import type { Situation } from './situation.ts'

/** 'resumed' is right too, and cost fewer bytes than starting over. 'wrong': not the file, and no error. */
export type Outcome = 'right' | 'resumed' | 'wrong' | 'error'

export function outcomeOf({ right }: Situation, told: Told, seen: readonly Seen[]): Outcome {
  if ('error' in told) return 'error'
  if (told.sha256 !== sha256(right)) return 'wrong'
  const sent = seen.reduce((sum, one) => sum + one.sent, 0)
  const startingOver = (seen[0]?.sent ?? 0) + right.length
  return seen.some(({ status }) => status === 206) && sent < startingOver ? 'resumed' : 'right'
}
