import type { Call } from '../../model/call.ts'
import type { Progress } from '../../model/settings.ts'
import type { Pace } from '../../model/stages.ts'
import type { Urgency } from '../../model/urgency.ts'

/** One obtain that any number of callers wait for. */
export interface Flight<T, A> {
  readonly landed: Promise<T>
  /** Resolves when the headers of an acceptable answer are here. */
  readonly accepted: Promise<A>
  /** Tells how the flight is doing, at once and at each change; the returned function ends it. */
  pace(listener: (pace: Pace) => void): () => void
  /** Tells how far the flight's download is, until this caller leaves. */
  onProgress(listener: (progress: Progress) => void): void
  /** True where this caller joined a flight that was aloft. */
  readonly collapsed: boolean
  /** Whether what it brings has been judged by this caller's own code. */
  readonly judges: 'for all' | 'for its first caller'
  /** Goes on without waiters from now on. */
  detach(): void
  /** This caller waits no longer; the flight ends with its last waiter. */
  leave(): void
}

/** What a flight is told at take-off. */
export interface Path<A> {
  /** Aborts when the last waiter has left. */
  readonly signal: AbortSignal
  readonly accepted: (headers: A) => void
  readonly faltered: () => void
  readonly judging: () => void
  readonly progress: (progress: Progress) => unknown
  readonly urgency: Urgency
  /** Whether what was asked for at this time (epoch ms) has been deleted since. */
  readonly isOvertaken: (askedAt: number) => boolean
}

/** Which flight. */
export interface Which {
  readonly key: string
  readonly call: Call
  /** The caller's own code that will be asked of the answer. */
  readonly schema: object | undefined
  readonly check: unknown
  /** How urgently this caller waits. */
  readonly priority: number
}

/** A flight under way. */
export interface State extends Omit<Which, 'key' | 'priority'> {
  readonly urgency: Urgency
  /** Epoch ms; what it asked for until then is deleted when it comes. */
  overtakenAt: number
  pace: Pace
  readonly listeners: Set<(pace: Pace) => void>
  readonly watching: Set<(progress: Progress) => void>
  readonly landed: Promise<unknown>
  readonly accepted: Promise<unknown>
  readonly controller: AbortController
  waiters: number
  detached: boolean
}

/** Thrown into a flight that nobody waits for any more. */
export class Deserted extends Error {
  constructor() {
    super('every caller has left')
    this.name = 'AbortError'
  }
}

/** The path of a flight, as it goes on. */
export function pathOf<A>(state: State, accept: (headers: A) => void): Path<A> {
  return {
    signal: state.controller.signal,
    accepted: (headers) => {
      accept(headers)
      paced(state, 'coming')
    },
    faltered: () => paced(state, 'faltering'),
    judging: () => paced(state, 'judging'),
    progress: (progress) => (state.watching.size === 0 ? undefined : toldTo(state.watching, progress)),
    urgency: state.urgency,
    isOvertaken: (askedAt) => askedAt <= state.overtakenAt,
  }
}

/** A listener may be async, and whoever tells waits for what becomes of it. */
function toldTo(watching: State['watching'], progress: Progress): Promise<unknown> {
  const answers = [...watching].map((listener): unknown => listener(progress))
  return Promise.all(answers.filter((answer) => answer instanceof Promise))
}

function paced(state: State, pace: Pace): void {
  state.pace = pace
  for (const listener of state.listeners) listener(pace)
}
