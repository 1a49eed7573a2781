import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { Attempt } from '../../model/errors.ts'
import type { Obtained } from '../../model/rooms.ts'
import { withoutCredentials } from '../../policy/redirect.ts'
import type { Order } from './order.ts'

/**
 * The first place that gives the answer: the URL itself, then each of `sources`, when the one before it has given up. Another place has
 * validators and redirects of its own, so it is asked without ours, and credentials stay at their origin.
 */
export async function fromAny(order: Order, obtain: (order: Order) => Promise<Obtained>): Promise<Obtained> {
  const attempts: Attempt[] = []
  let last: unknown
  for (const from of places(order)) {
    try {
      const obtained = await obtain(from)
      return { ...obtained, attempts: [...attempts, ...obtained.attempts] }
    } catch (error) {
      last = error
      if (!(error instanceof AttemptFailure) || order.signal.aborted) throw error
      attempts.push(...error.attempts)
      error.attempts = [...attempts]
    }
  }
  throw last
}

function places(order: Order): readonly Order[] {
  const { call } = order
  if (call.method !== 'GET' || call.settings.sources.length === 0) return [order]
  const here = new URL(call.url)
  const others = call.settings.sources.map((source) => {
    const url = new URL(source)
    const headers = withoutCredentials(call.headers, { from: here, to: url }, call.credentialHeaders)
    return { ...order, call: { ...call, url: url.href, headers }, validators: [], tier: undefined, confirms: () => false }
  })
  return [order, ...others]
}
