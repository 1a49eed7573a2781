import type { Served } from '../model/rooms.ts'

/** How an entry was used. Times in epoch milliseconds. */
export interface Use {
  requests: number
  hits: number
  fallbacks: number
  readonly firstRequestedAt: number
  lastRequestedAt: number
}

type Outcome = Served['outcome']

const isHit = (outcome: Outcome): boolean => outcome === 'hit' || outcome === 'stale'

/** `calls`: how many came to this. */
export function useOf(outcome: Outcome, now: number, calls: number): Use {
  return {
    requests: calls,
    hits: isHit(outcome) ? calls : 0,
    fallbacks: outcome === 'fallback' ? calls : 0,
    firstRequestedAt: now,
    lastRequestedAt: now,
  }
}

/** Adds what was counted elsewhere. */
export function added(use: Use, { requests, hits, fallbacks }: Use, at: number): void {
  use.requests += requests
  use.hits += hits
  use.fallbacks += fallbacks
  use.lastRequestedAt = Math.max(use.lastRequestedAt, at)
}
