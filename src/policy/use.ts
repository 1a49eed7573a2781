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

export function useOf(outcome: Outcome, now: number): Use {
  return {
    requests: 1,
    hits: isHit(outcome) ? 1 : 0,
    fallbacks: outcome === 'fallback' ? 1 : 0,
    firstRequestedAt: now,
    lastRequestedAt: now,
  }
}

/** Adds one call, or what was counted elsewhere. */
export function added(use: Use, more: Outcome | Use, at: number): void {
  const { requests, hits, fallbacks } = typeof more === 'string' ? useOf(more, at) : more
  use.requests += requests
  use.hits += hits
  use.fallbacks += fallbacks
  use.lastRequestedAt = Math.max(use.lastRequestedAt, at)
}
