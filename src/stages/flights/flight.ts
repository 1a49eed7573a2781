import type { FlightName, Pace, PathOf } from '../../model/flight.ts'
import type { Progress } from '../../model/settings.ts'
import type { Urgency } from '../../model/urgency.ts'
import type { Outcome } from './outcome.ts'

/** A flight under way. */
export interface State extends Omit<FlightName, 'key' | 'priority'> {
  readonly urgency: Urgency
  /** Epoch ms; what it asked for until then is deleted when it comes. */
  overtakenAt: number
  pace: Pace
  readonly listeners: Set<(pace: Pace) => void>
  readonly watching: Set<(progress: Progress) => void>
  readonly landed: Outcome<unknown>
  readonly accepted: Outcome<unknown>
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
export function pathOf<A>(state: State, accept: (headers: A) => void): PathOf<A> {
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
