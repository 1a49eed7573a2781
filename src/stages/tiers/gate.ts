/** Milliseconds until a store that was left alone is tried again, for the first time. */
export const PROBE_AFTER = 1_000

export type TierState = 'closed' | 'open' | 'half-open'

/** What is known of one side of a store. */
export interface Gate {
  state: TierState
  failures: number
  /** Of the last failure: after a part of the time that a call has, or after most of it. */
  pace: 'soon' | 'late'
  error: Error | undefined
  wait: number
  timer: { cancel(): void } | undefined
}

export const closedGate = (): Gate => ({
  state: 'closed',
  failures: 0,
  pace: 'soon',
  error: undefined,
  wait: PROBE_AFTER,
  timer: undefined,
})
