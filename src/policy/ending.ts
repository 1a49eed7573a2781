import { textOf } from '../model/attempt-failure.ts'
import { type Attempt, HoldfastError } from '../model/errors.ts'
import type { Served } from '../model/rooms.ts'

/** One walk, as far as it is told afterwards. `at`: epoch ms when it began; `ms`: how long it took; `callers`: who had it together, where several did. */
export type Walk = { readonly at: number; readonly ms: number; readonly callers?: number } & (
  | { readonly end: Pick<Served, 'outcome' | 'attempts' | 'warnings' | 'status'> & Partial<Ending> }
  | { readonly error: Failing }
)

/** What is told of an error. The error itself would keep what it came of: a connection, a refused body, whatever a function threw. */
export interface Failing {
  readonly name: string
  readonly message: string
  readonly attempts: readonly Attempt[]
}

interface Ending {
  readonly version: string
  readonly tier: string
  readonly reason: string
  readonly staleFor: number
  readonly error: Failing
}

/** What is told of a served call when somebody asks why. */
export function ending(served: Served): Extract<Walk, { end: unknown }>['end'] {
  const { outcome, attempts, warnings, status, held } = served
  return {
    outcome,
    attempts,
    warnings,
    status,
    ...(held.ref.id !== '' && { version: held.ref.id }),
    ...(held.tier !== undefined && { tier: held.tier }),
    ...(served.outcome === 'bypass' && { reason: served.reason }),
    ...((served.outcome === 'stale' || served.outcome === 'fallback') && { staleFor: served.staleFor }),
    ...(served.outcome === 'fallback' && { error: failing(served.error) }),
  }
}

export function failing(error: Error): Failing {
  const { code = error.name } = error as { code?: unknown }
  return { name: String(code), message: textOf(error), attempts: error instanceof HoldfastError ? error.attempts : [] }
}
