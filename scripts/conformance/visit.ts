import type { IncomingHttpHeaders } from 'node:http'
import type { RequestDefinition } from './definition.ts'

export interface SentValue {
  /** Several lines are joined, as fetch shows them. */
  readonly value: string
  /** Is the client to find it? */
  readonly checked: boolean
}

/** One request as the origin saw it, with the fields of its answer. */
export interface Seen {
  /** The client's number of it, from 1. */
  readonly number: number
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Names in lower case. */
  readonly sent: ReadonlyMap<string, SentValue>
}

/** One test at the origin: its own address, and what has come there. */
export interface Visit {
  /** Also the default body: 36 characters. */
  readonly token: string
  readonly requests: readonly RequestDefinition[]
  readonly seen: Seen[]
  /** What the origin could not do: the engine's trouble, not the cache's. */
  fault?: string
}
