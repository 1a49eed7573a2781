/** How many requests a host bears at a time, as far as it is known. */
export interface Bearing {
  /** Whole, at least 1. */
  readonly limit: number
  /** Answers that went well since the limit was last changed. */
  readonly well: number
  /** Monotonic milliseconds of the last decrease. */
  readonly loweredAt: number
}

export function unlearned(configured: number): Bearing {
  return { limit: configured, well: 0, loweredAt: Number.NEGATIVE_INFINITY }
}

/**
 * Additive increase, multiplicative decrease (the rule of TCP, RFC 5681 3.1): a refusal halves, and a whole window of answers that went
 * well adds one, up to what was configured. Requests that were sent before the last decrease say nothing new: those of one window that
 * are refused together count once.
 */
export function learned(
  before: Bearing,
  { wasRefused, sentAt, now, configured }: { wasRefused: 'yes' | 'no'; sentAt: number; now: number; configured: number },
): Bearing {
  if (wasRefused === 'yes') {
    if (sentAt < before.loweredAt) return before
    return { limit: Math.max(1, Math.floor(before.limit / 2)), well: 0, loweredAt: now }
  }
  if (before.limit >= configured) return before
  const well = before.well + 1
  return well < before.limit ? { ...before, well } : { ...before, limit: before.limit + 1, well: 0 }
}

/** Too many requests, or overloaded (RFC 6585 4; RFC 9110 15.6.4). */
export function isRefusal(status: number): boolean {
  return status === 429 || status === 503
}
