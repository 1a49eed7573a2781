import { AttemptFailure } from '../../model/attempt-failure.ts'
import type { Attempt } from '../../model/errors.ts'
import type { Obtained } from '../../model/rooms.ts'
import { withoutCredentials } from '../../policy/redirect.ts'
import type { Order } from './order.ts'

/**
 * The first place that gives the answer: the URL itself, then each of `sources`, when the one before it has given up. Another place has
 * validators and redirects of its own, so it is asked without ours, and credentials stay at their origin. Of it only the thing itself is an
 * answer; where all have given up, the one that answered at least with a status has the word, else the URL itself.
 */
export async function fromAny(order: Order, obtain: (order: Order) => Promise<Obtained>): Promise<Obtained> {
  const failures: AttemptFailure[] = []
  let own: Obtained | undefined
  for (const from of places(order)) {
    try {
      const obtained = await obtain(from)
      if (from !== order && obtained.head.status !== 200) throw noAnswer(obtained, from)
      // An answer, but not the thing: another place may have it.
      if (from === order && order.call.settings.sources.length > 0 && obtained.name === 'whole' && obtained.head.status >= 400) {
        own = obtained
        continue
      }
      return { ...obtained, attempts: [...failures.flatMap(({ attempts }) => attempts), ...obtained.attempts] }
    } catch (error) {
      if (!(error instanceof AttemptFailure) || order.signal.aborted) throw error
      failures.push(error)
    }
  }
  if (own !== undefined) return own
  const last = failures.find(({ answer }) => answer !== undefined) ?? (failures[0] as AttemptFailure)
  last.attempts = failures.flatMap(({ attempts }): readonly Attempt[] => attempts)
  throw last
}

function noAnswer({ head, attempts }: Obtained, { call }: Order): AttemptFailure {
  const failure = new AttemptFailure('PROTOCOL', `another source answered ${head.status}: ${new URL(call.url).host}`, {
    retry: 'never',
  })
  failure.attempts = attempts
  return failure
}

function places(order: Order): readonly Order[] {
  const { call } = order
  if (call.method !== 'GET' || call.settings.sources.length === 0) return [order]
  const here = new URL(call.url)
  // Each place once, in their order.
  const elsewhere = new Set(call.settings.sources.filter((source) => source !== call.url))
  const others = [...elsewhere].map((source) => {
    const url = new URL(source)
    const headers = withoutCredentials(call.headers, { from: here, to: url }, call.credentialHeaders)
    return { ...order, call: { ...call, url: url.href, headers }, validators: [], tier: undefined, confirms: () => false }
  })
  return [order, ...others]
}
