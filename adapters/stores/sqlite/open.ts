import type { Runtime } from './runtime.ts'

/** A database that is open, and what works on it. */
export interface Open {
  readonly runtime: Runtime
  readonly works: typeof import('./database.ts')
}
