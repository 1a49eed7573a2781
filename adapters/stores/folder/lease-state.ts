/** What is known of a lease: all of it is the name of one folder, so it changes in one step. */
export interface LeaseState {
  readonly generation: number
  /** Epoch milliseconds. */
  readonly since: number
  readonly until: number
}

const STATE = /^(\d{1,16})-(\d{1,16})-(\d{1,16})$/

export function stateFrom(generation: number, now: number, ms: number): LeaseState {
  const since = Math.max(0, now)
  return { generation, since, until: Math.min(Number.MAX_SAFE_INTEGER, Math.max(since, Math.ceil(now + ms))) }
}

/** Processes share no clock but the wall's. Before its beginning a lease is not held either: a clock that was set back must not prolong it. */
export function isHeld({ since, until }: LeaseState, now: number): boolean {
  return since <= now && now < until
}

export function stateName({ generation, since, until }: LeaseState): string {
  return `${generation}-${since}-${until}`
}

/** The state that the names in a lease's folder say: the last one, where a look in the middle of a change shows two. */
export function lastState(names: readonly string[]): LeaseState | undefined {
  let last: LeaseState | undefined
  for (const name of names) {
    const [, generation, since, until] = (STATE.exec(name) ?? []).map(Number)
    if (generation === undefined || since === undefined || until === undefined) continue
    if (last === undefined || generation > last.generation || (generation === last.generation && until > last.until))
      last = { generation, since, until }
  }
  return last
}
