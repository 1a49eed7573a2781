import type { Call } from './call.ts'
import type { Progress } from './settings.ts'
import type { Urgency } from './urgency.ts'

/** Which flight: callers share one where all of it is equal. */
export interface FlightName {
  readonly key: string
  readonly call: Call
  /** The caller's own code that will be asked of the answer. */
  readonly schema: object | undefined
  readonly check: unknown
  /** How urgently this caller waits. */
  readonly priority: number
}

/** What a flight is told at take-off; `A` is the headers of an acceptable answer. */
export interface PathOf<A> {
  /** Aborts when the last waiter has left. */
  readonly signal: AbortSignal
  readonly accepted: (headers: A) => void
  /** An answer that had been accepted broke off, or came too slowly. */
  readonly faltered: () => void
  /** The user's own code is asked about what came. */
  readonly judging: () => void
  readonly progress: (progress: Progress) => unknown
  /** That of the most urgent of those who wait. */
  readonly urgency: Urgency
  /** Whether what was asked for at this time (epoch ms) has been deleted in this process since. */
  readonly isOvertaken: (askedAt: number) => boolean
}

/** 'waiting' for the headers of an acceptable answer; 'coming': its body is on its way; 'faltering': it broke, or is too slow; 'judging': it is whole, and the user's code is asked. */
export type Pace = 'waiting' | 'coming' | 'faltering' | 'judging'

/** One obtain that any number of callers wait for, as one of them sees it. */
export interface FlightOf<T, A> {
  readonly landed: Promise<T>
  /** As `landed.then`, until the returned function is called. */
  onLanded(came: (value: T) => void, failed: (error: unknown) => void): () => void
  /** Tells of the headers of an acceptable answer, until the returned function is called. */
  onAccepted(came: (headers: A) => void): () => void
  /** True where this caller joined a flight that was aloft. */
  readonly collapsed: boolean
  /** The call that it began for. */
  readonly first: Call
  /** Whether what it brings has been judged by this caller's own code. */
  readonly judges: 'for all' | 'for its first caller'
  /** Tells how far the flight's download is, until this caller leaves. */
  onProgress(listener: (progress: Progress) => void): void
  /** Tells how the flight is doing, at once and at each change; the returned function ends it. */
  pace(listener: (pace: Pace) => void): () => void
  /** Goes on without waiters from now on; true for the first caller that says so. */
  detach(): boolean
  /** This caller waits no longer; the flight ends with its last waiter. */
  leave(): void
}
